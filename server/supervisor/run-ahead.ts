import { writeFileSync } from "node:fs";

/** Of the scale of nice(1); nine times as much processor as what stands at 0. */
const AHEAD = -10;

/**
 * Has the kernel give the process, which leads a session of its own, the processor ahead of learners' programs: it needs little, and every
 * click waits for it. Nothing where the kernel knows no such groups (sched(7), autogroups) or this process may not say so. What the
 * process starts in further sessions, as terminals are, and in control groups of theirs is not ahead.
 */
export function runAhead(pid: number): void {
  try {
    writeFileSync(`/proc/${String(pid)}/autogroup`, String(AHEAD));
  } catch {
    // It then waits for its turn like everything else.
  }
}
