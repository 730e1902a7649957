import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const INSTALL_DEADLINE_MS = 5 * 60_000;
const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/** The path of the machine's Chromium, or `undefined`. */
export function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/**
 * Makes sure that `findChromium` finds one: installs Debian's package where this process may. Returns what is missing
 * and how to get it, as one sentence, where it may not.
 */
export async function provideChromium(): Promise<string | undefined> {
  if (findChromium()) return undefined;
  if (process.getuid?.() !== 0 || !hasApt()) {
    return "no Chromium is on the PATH; on Debian install it with: sudo apt-get install chromium";
  }
  process.stderr.write("installing Debian's Chromium for the browser tests\n");
  try {
    await aptGet("update");
    await aptGet("install", "--yes", "--no-install-recommends", "chromium");
  } catch (cause) {
    return `Chromium could not be installed with apt-get install chromium: ${String(cause)}`;
  }
  return findChromium() ? undefined : "apt-get installed chromium, but it is not on the PATH";
}

function hasApt(): boolean {
  try {
    execFileSync("apt-get", ["--version"], { stdio: "ignore", timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

async function aptGet(...words: string[]): Promise<void> {
  await promisify(execFile)("apt-get", words, {
    timeout: INSTALL_DEADLINE_MS,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}
