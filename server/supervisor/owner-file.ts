import { readFileSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { writePrivately } from "./private-file.js";
import { makeFolder } from "../../workshop/node/make-folder.js";
import { startTimeOf } from "../../processes/node/process-stat.js";
import { foundHandle, isAlive } from "./process-handle.js";
import type { ProcessHandle } from "./process-handle.js";

/** What is written down about a supervised process, for it and for the next supervisor. */
interface Ownership {
  pid: number;
  /** The supervisor; while it lives the process goes on. */
  owner: number;
  /** When the supervisor began: its number may be given out again after its death. */
  ownerStart: string;
  /** Program and arguments; a process of an older build or with other arguments is not taken over. */
  fingerprint: string;
}

/** Writes down whose the process is. */
export function claim(file: string, pid: number, fingerprint: string): void {
  makeFolder(dirname(file), { mode: 0o700 });
  const owner = process.pid;
  const ownership: Ownership = { pid, owner, ownerStart: startTimeOf(owner) ?? "", fingerprint };
  writePrivately(file, JSON.stringify(ownership));
}

/** Whether the supervisor that is written down lives; false where none is. */
export function hasLivingOwner(file: string): boolean {
  const found = readOwnership(file);
  return found !== undefined && isAlive(found.owner) && (startTimeOf(found.owner) ?? "") === found.ownerStart;
}

/** Strikes out what was written down. */
export function disclaim(file: string): void {
  rmSync(file, { force: true });
}

/** What a supervisor that died has left running, and whether it is what we would start ourselves. */
export function findLeftOver(
  file: string,
  fingerprint: string,
): { handle: ProcessHandle; isSame: boolean } | undefined {
  const found = readOwnership(file);
  if (found === undefined || !isAlive(found.pid) || !isOurs(found.pid)) return undefined;
  return { handle: foundHandle(found.pid), isSame: found.fingerprint === fingerprint };
}

/** Tells one build and command line from another. */
export function fingerprintOf(entry: string, args: readonly string[]): string {
  return JSON.stringify([entry, statSync(entry).mtimeMs, ...args]);
}

function readOwnership(file: string): Ownership | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Ownership;
  } catch {
    return undefined;
  }
}

/** Process numbers are given out again: only one that names our preload in its command line is ours. */
function isOurs(pid: number): boolean {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").includes("end-with-owner.js");
  } catch {
    return false;
  }
}
