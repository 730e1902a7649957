import { chownSync } from "node:fs";
import type { IPty } from "node-pty";
import type { Account } from "./session-folder.js";

/**
 * Lets the learner's programs open their terminal by its name: `/dev/stdin`, `/dev/stdout` and `/dev/stderr` lead to it. Where that
 * cannot be, it throws, and what runs in the terminal is killed: nobody else knows of it.
 */
export function giveTerminal(pty: IPty, { uid, gid }: Account): void {
  const terminal = pty as unknown as { ptsName?: string };
  const { ptsName } = terminal;
  if (ptsName?.startsWith("/dev/pts/") !== true) return;
  try {
    chownSync(ptsName, uid, gid);
  } catch (error) {
    endTerminal(pty);
    throw error;
  }
}

/** Kills what runs in a terminal that nobody else knows of, and lets go of it. */
export function endTerminal(pty: IPty): void {
  for (const pid of [-pty.pid, pty.pid]) killAtOnce(pid);
  (pty as unknown as { destroy(): void }).destroy();
}

function killAtOnce(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself, or leads no group yet.
  }
}
