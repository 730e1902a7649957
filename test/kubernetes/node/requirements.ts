import { existsSync } from "node:fs";
import { providePackage } from "../../requirements/debian-packages.js";
import { findProgram } from "../../requirements/programs.js";
import { missingForControlPlane } from "../control-plane/requirements.js";

/** Debian's packages of a node, and by which file each is found. */
const packages: [name: string, find: () => string | undefined][] = [
  ["containerd", () => findProgram("containerd")],
  ["runc", () => findProgram("runc")],
  ["containernetworking-plugins", () => fileOf("/usr/lib/cni/ptp")],
  ["iptables", () => findProgram("iptables")],
  ["iproute2", () => findProgram("ip")],
  ["busybox-static", () => fileOf("/bin/busybox")],
];

/**
 * What this machine lacks for a node with real containers, as one sentence, having installed what it may; `undefined` when nothing
 * is missing.
 */
export async function missingForNode(): Promise<string | undefined> {
  if (process.platform !== "linux") return "containers need Linux";
  if (process.getuid?.() !== 0) return "a node with containers is run by root";
  const missing = missingForControlPlane();
  if (missing !== undefined) return missing;
  for (const [name, find] of packages) {
    const why = await providePackage(name, find);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** For suites: true when they must be left out, having printed why on one line; on CI it throws instead. */
export async function skipWithoutNode(suite: string): Promise<boolean> {
  const missing = await missingForNode();
  if (missing === undefined) return false;
  if (process.env["CI"] === "true") throw new Error(`${suite} cannot run: ${missing}`);
  process.stderr.write(`skipped: ${suite} (${missing})\n`);
  return true;
}

function fileOf(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}
