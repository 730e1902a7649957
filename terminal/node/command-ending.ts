import type { CommandOutcome } from "../common/session-host.js";
import type { ShellProgram } from "./shell-integration.js";

export type Ending = Pick<CommandOutcome, "status" | "exitStatus"> & { reason?: string };

/** 128 + SIGINT. */
const INTERRUPTED_STATUS = 130;
/** 128 and SIGSTOP, SIGTSTP (Ctrl-Z), SIGTTIN or SIGTTOU: what bash and zsh say of a command that did not end. Programs may end with them as well. */
const STOPPED = new Set([147, 148, 149, 150]);
const STOPPED_REASON = "suspended, not ended: `fg` in its terminal goes on with it, `kill %%` ends it";
/** A command that is one program to be put in the shell's place. */
const EXEC = /^exec [^;&|<>()`\n]+$/;

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
  /** Some of its lines have ended and the next was not begun. */
  isBetweenLines: boolean;
  /** Whether Ctrl-C was pressed while it ran. */
  interrupted: boolean;
  /** Whether one of its programs stands still. */
  isSuspended: boolean;
  /** Whether a DEBUG trap could leave commands out of it, with the status 0. */
  maySkip: boolean;
}

/** In bash every line after the first brings the status of the one before it; in zsh a prompt of its own has told it. */
export function beginLine(seen: SeenMarks, previous: string): void {
  if (seen.hasBegun && previous !== "") seen.statuses.push(previous);
  seen.hasBegun = true;
  seen.isBetweenLines = false;
}

/** The status of a line, after which so many are left; what was interrupted does not go on. */
export function endLine(seen: SeenMarks, status: string, linesLeft: number): void {
  const isUnread = !seen.hasBegun || seen.isBetweenLines;
  if (linesLeft > 0 && !isUnread && !seen.interrupted) {
    seen.statuses.push(status);
    seen.isBetweenLines = true;
    return;
  }
  seen.statuses.push(status);
  seen.hasEnded = true;
}

/** Whether one of the statuses is that of a command that was suspended, or looks like it. */
export function looksSuspended(statuses: readonly string[]): boolean {
  return statuses.some((status) => STOPPED.has(Number(status)));
}

/** The first line that failed decides, after Ctrl-C the one with 130 (128 + SIGINT); a lab's block succeeds only as a whole. */
export function ending(seen: SeenMarks, shell: ShellProgram): Ending {
  // Zsh leaves the status of the command before it in place.
  if ((!seen.hasBegun || seen.isBetweenLines) && shell === "zsh")
    return { status: "failed", exitStatus: 1, reason: "the shell could not read it" };
  const statuses = seen.statuses.map((status) => (/^\d{1,3}$/.test(status) ? Number(status) : undefined));
  if (statuses.length === 0 || statuses.includes(undefined))
    return unknown("the shell did not tell its status");
  const failed =
    seen.interrupted && statuses.includes(INTERRUPTED_STATUS)
      ? INTERRUPTED_STATUS
      : statuses.find((status) => status !== 0);
  if (!seen.hasBegun && failed === undefined && !(seen.wasRead && seen.lines === 1))
    return unknown(
      seen.wasRead
        ? "PS0 was changed in this shell, so only the status of the last line is known"
        : "the shell started nothing",
    );
  if (failed !== undefined) return failedWith(failed, seen);
  return seen.maySkip ? unknown(MAY_BE_SKIPPED) : { status: "succeeded", exitStatus: 0 };
}

function failedWith(exitStatus: number, { interrupted, isSuspended }: SeenMarks): Ending {
  if (interrupted && exitStatus === INTERRUPTED_STATUS)
    return { status: "interrupted", exitStatus, reason: "interrupted with Ctrl-C" };
  // Of a program that catches or ignores Ctrl-C nobody can say which of the two ended it.
  if (interrupted)
    return { status: "interrupted", exitStatus, reason: `ended with ${exitStatus} after Ctrl-C` };
  return {
    status: "failed",
    exitStatus,
    ...(isSuspended && STOPPED.has(exitStatus) && { reason: STOPPED_REASON }),
  };
}

/** An ending of which nobody can say how it was. */
export function unknown(reason: string): Ending {
  return { status: "unknown", exitStatus: null, reason };
}

/** The text reached a program that does not report how what it reads ends. */
export function typed(reason: string): Ending {
  return { status: "typed", exitStatus: null, reason };
}

/** The shell has ended while the command ran: with its status where the command was one program in the shell's place, else with whatever ended the shell. */
export function endedWithShell(command: string, exitStatus: number): Ending {
  const reason = `the shell ended with status ${exitStatus}`;
  if (!EXEC.test(command.trim())) return unknown(reason);
  return exitStatus === 0
    ? { status: "succeeded", exitStatus }
    : { status: "failed", exitStatus, reason: `it was run in the shell's place, and ${reason}` };
}

/** A program that reads commands has taken the shell's place while the command ran. */
export function replaced(command: string, program: string): Ending {
  if (EXEC.test(command.trim())) {
    // It has no status where it does what it is for; where it does not, the shell stays.
    if (/^(?:ba|z)sh$/.test(program)) return { status: "succeeded", exitStatus: 0 };
    return typed(`${program} runs in the shell's place and does not report how a command ended`);
  }
  return unknown(
    `the shell was replaced by ${program}, and with it went what would have told how the block ended`,
  );
}

/** Bash draws its prompt, and our marks, where its error output leads. */
export const PROMPT_NOT_SHOWN =
  "the shell's error output leads elsewhere, so that its prompt is not seen; enter `exec 2>/dev/tty` to have blocks judged again";

/** For a shell that takes no command even after it was set up again. */
export const DEAF_SHELL =
  "something that was set in this shell, or in its start-up file, keeps it from taking commands of the page; undo it, or enter `exit` and open a new shell";

const MAY_BE_SKIPPED =
  "with `shopt -s extdebug` a DEBUG trap decides which commands are run, and those it leaves out end with 0; enter `trap - DEBUG` to have blocks judged again";

export const STATUS_UNTOLD = "the shell's variables were changed, so that it could not tell the status";
