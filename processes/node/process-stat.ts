import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** Of the fields after the name: start time in the kernel's ticks since boot. Source: proc_pid_stat(5), field 22. */
const START_TIME = 19;

/** The fields of /proc/PID/stat after the name in parentheses: state, parent, group, session, tty, foreground group, ... (proc(5)). */
export function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/**
 * When the process began; it tells two processes that were given the same number apart. `undefined` where there is no such process
 * or no `/proc`.
 */
export function startTimeOf(pid: number): string | undefined {
  return statFields(pid)?.[START_TIME];
}

/** The number of the calling thread in the kernel; `undefined` where there is no `/proc`. */
export function ownTask(): number | undefined {
  try {
    return Number(basename(readlinkSync("/proc/thread-self")));
  } catch {
    return undefined;
  }
}

/**
 * Milliseconds that a process, or a thread by its number in the kernel, has waited for a processor since it began; 0 where the kernel
 * does not count. Of a process it is what its first thread waited. Source: proc(5), schedstat.
 */
export function waitedForProcessor(task: number): number {
  try {
    const [, waitedNs = "0"] = readFileSync(`/proc/${task}/schedstat`, "utf8").split(" ");
    return Number(waitedNs) / 1e6;
  } catch {
    return 0;
  }
}

/**
 * What the kernel has counted of a process or thread that can run; while it stays the same, it has not run. `undefined` of one that waits for
 * something else than a processor, and where the kernel does not count.
 */
export function runnableCount(task: number): string | undefined {
  if (statFields(task)?.[0] !== "R") return undefined;
  try {
    const counted = readFileSync(`/proc/${task}/schedstat`, "utf8");
    return counted.startsWith("0 ") ? undefined : counted;
  } catch {
    return undefined;
  }
}
