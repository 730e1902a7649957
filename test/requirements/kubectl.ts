import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { controlPlaneBinaries } from "../kubernetes/control-plane/binaries.js";
import { missingForControlPlane } from "../kubernetes/control-plane/requirements.js";
import { programsFolder } from "./temporary-folder.js";

const OLDEST_MINOR = 29;

/**
 * Puts a kubectl of 1.29 or newer on the PATH of this process and of those it starts: the machine's own, or else one
 * built from Go modules. Returns what is missing and how to get it, as one sentence, where neither is to be had.
 */
export async function provideKubectl(): Promise<string | undefined> {
  const found = kubectlMinor();
  if (found !== undefined && found >= OLDEST_MINOR) return undefined;
  const missing = missingForControlPlane();
  if (missing) {
    const what = found === undefined ? "no kubectl is on the PATH" : `kubectl on the PATH is 1.${found}`;
    return `${what}; install kubectl 1.${OLDEST_MINOR} or newer, or Go so that it can be built (${missing})`;
  }
  process.env["PATH"] =
    `${reachableCopy(await controlPlaneBinaries())}${delimiter}${process.env["PATH"] ?? ""}`;
  return undefined;
}

/** Learners' accounts may not enter root's cache folder, and their shells need kubectl. */
function reachableCopy(binaries: string): string {
  const folder = programsFolder();
  copyFileSync(join(binaries, "kubectl"), join(folder, "kubectl"));
  return folder;
}

function kubectlMinor(): number | undefined {
  try {
    const text = execFileSync("kubectl", ["version", "--client", "--output=json"], {
      encoding: "utf8",
      timeout: 30_000,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const answer = JSON.parse(text) as { clientVersion: { minor: string } };
    return Number.parseInt(answer.clientVersion.minor, 10);
  } catch {
    return undefined;
  }
}
