import { readFileSync } from "node:fs";

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
