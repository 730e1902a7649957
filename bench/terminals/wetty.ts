import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const VERSION = "3.2.0";
const INSTALL_MS = 180_000;

/** Where the bench keeps wetty; it is no dependency of the product. */
export const wettyFolder = join(homedir(), ".cache", "lectern-bench", `wetty-${VERSION}`);

let reason: string | undefined;

/** Installs wetty from npm once; a sentence where that is not possible. */
export function missingWetty(): string | undefined {
  if (reason !== undefined || existsSync(join(wettyFolder, "node_modules", "wetty"))) return reason;
  mkdirSync(wettyFolder, { recursive: true });
  try {
    const options = ["install", "--prefix", wettyFolder, "--no-audit", "--no-fund", `wetty@${VERSION}`];
    execFileSync("npm", options, { timeout: INSTALL_MS, stdio: "ignore" });
  } catch (error) {
    reason = `wetty could not be installed from npm: ${(error as Error).message.split("\n")[0] ?? ""}`;
  }
  return reason;
}
