import type { CommandOutcome } from "../common/session-host.js";

export type Ending = Pick<CommandOutcome, "status" | "exitStatus"> & { reason?: string };

/** What the shell's marks have told of a command so far. */
export interface SeenMarks {
  /** Exit statuses as the shell wrote them, one for each line. */
  statuses: string[];
  hasBegun: boolean;
  /** Its line was read, which is all there is to see of its beginning where PS0 is not ours any more. */
  wasRead: boolean;
  /** Number of its lines. */
  lines: number;
  hasEnded: boolean;
  interrupted: boolean;
}

/** In bash every line after the first brings the status of the one before it; zsh runs all lines as one. */
export function beginLine(seen: SeenMarks, previous: string): void {
  if (seen.hasBegun && previous !== "") seen.statuses.push(previous);
  seen.hasBegun = true;
}

/** The status of the last line. */
export function endCommand(seen: SeenMarks, status: string): void {
  seen.statuses.push(status);
  seen.hasEnded = true;
}

/** The first line that failed decides, 130 (128 + SIGINT) before all; a lab's block succeeds only as a whole. */
export function ending(seen: SeenMarks, shell: "bash" | "zsh"): Ending {
  // Zsh leaves the status of the command before it in place.
  if (!seen.hasBegun && shell === "zsh")
    return { status: "failed", exitStatus: 1, reason: "the shell could not read it" };
  const statuses = seen.statuses.map((status) => (/^\d{1,3}$/.test(status) ? Number(status) : undefined));
  if (statuses.length === 0 || statuses.includes(undefined))
    return unknown("the shell did not tell its status");
  const failed = statuses.includes(130) ? 130 : statuses.find((status) => status !== 0);
  if (!seen.hasBegun && failed === undefined && !(seen.wasRead && seen.lines === 1))
    return unknown(
      seen.wasRead
        ? "PS0 was changed in this shell, so only the status of the last line is known"
        : "the shell started nothing",
    );
  if (failed === undefined) return { status: "succeeded", exitStatus: 0 };
  if (failed === 130 || seen.interrupted)
    return { status: "interrupted", exitStatus: failed, reason: "interrupted with Ctrl-C" };
  return { status: "failed", exitStatus: failed };
}

/** An ending of which nobody can say how it was. */
export function unknown(reason: string): Ending {
  return { status: "unknown", exitStatus: null, reason };
}

/** The text reached a program that does not report how what it reads ends. */
export function typed(reason: string): Ending {
  return { status: "typed", exitStatus: null, reason };
}
