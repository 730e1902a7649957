import { setTimeout as wait } from "node:timers/promises";
import { relatedProcesses } from "./foreground.js";

/** Time programs have to save their work after SIGHUP; with KILL_LOOKS it stays below the promised second. */
const GRACE_MS = 250;
/** Rounds of SIGKILL, because a process may fork while the list is read. */
const KILL_LOOKS = 5;
const KILL_LOOK_MS = 50;
/** A recording that cannot be written must not hold up the end. */
const ENDED_MS = 300;

/** A process this host started. */
export interface Endable {
  readonly pid: number;
  readonly isRunning: boolean;
  ended(): Promise<unknown>;
}

/** What goes besides what was started here and descends from it. */
export interface Doomed {
  /** Accounts under which nothing else runs. */
  uids?: readonly number[];
  /** Knows everything that is to go; nobody else is asked then. */
  processes?: () => readonly number[];
}

/** Ends shells and everything they started, also what left their process group: SIGHUP first, then SIGKILL; within a second. */
export async function endProcesses(started: readonly Endable[], doomed: Doomed = {}): Promise<void> {
  const uids = new Set(doomed.uids);
  const roots = new Set(started.filter(({ isRunning, pid }) => isRunning && pid > 1).map(({ pid }) => pid));
  if (started.length === 0 && uids.size === 0 && !doomed.processes?.().length) return;
  const find = doomed.processes ?? (() => relatedProcesses(roots, uids));
  // Remembered now: once a parent is gone nobody can tell whose child an escaped process was.
  const known = new Set([...roots, ...find()]);
  signalAll(known, "SIGHUP");
  signalAll(known, "SIGCONT");
  const ended = Promise.allSettled(started.map((process_) => process_.ended()));
  if (roots.size > 0) await Promise.race([ended, wait(GRACE_MS)]);
  for (let look = 0; look < KILL_LOOKS; look += 1) {
    const left = find();
    if (look > 0 && left.length === 0) break;
    signalAll(look === 0 ? new Set([...known, ...left]) : left, "SIGKILL");
    await wait(KILL_LOOK_MS);
  }
  await Promise.race([ended, wait(ENDED_MS)]);
}

function signalAll(pids: Iterable<number>, signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself, which is what was wanted.
    }
  }
}
