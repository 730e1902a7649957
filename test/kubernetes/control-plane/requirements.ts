import { execFileSync } from "node:child_process";

const OLDEST_GO_MINOR = 25;

/** What this machine lacks for a real control plane, as one sentence; `undefined` when nothing is missing. */
export function missingForControlPlane(): string | undefined {
  if (process.platform === "win32") return "a real control plane needs a POSIX system";
  let version: string;
  try {
    version = execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8", timeout: 30_000 }).trim();
  } catch {
    return `a real control plane is built with Go 1.${OLDEST_GO_MINOR} or newer, and there is no go on the PATH`;
  }
  const minor = Number(/^go1\.(\d+)/.exec(version)?.[1] ?? Number.NaN);
  if (minor >= OLDEST_GO_MINOR) return undefined;
  return `a real control plane is built with Go 1.${OLDEST_GO_MINOR} or newer, and go on the PATH is ${version}`;
}

/**
 * For suites: true when they must be left out, having printed why on one line. On CI nothing may be left out, so there
 * it throws instead.
 */
export function skipWithoutControlPlane(suite: string): boolean {
  const missing = missingForControlPlane();
  if (missing === undefined) return false;
  if (process.env["CI"] === "true") throw new Error(`${suite} cannot run: ${missing}`);
  process.stderr.write(`skipped: ${suite} (${missing})\n`);
  return true;
}
