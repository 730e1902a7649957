import type { CommandOutcome } from "../common/session-host.js";

export type Ending = Pick<CommandOutcome, "status" | "exitStatus"> & { reason?: string };

/** What the shell's marks have told of a command so far. */
export interface SeenMarks {
  /** Exit statuses as the shell wrote them, one for each line. */
  statuses: string[];
  /** Number of the block that began and has not ended. */
  block: string | undefined;
  sawBlock: boolean;
  interrupted: boolean;
}

/** In bash every line of a paste after the first brings the status of the one before it; zsh takes a paste as one. */
export function beginBlock(job: SeenMarks, [block = "", previous]: string[]): void {
  if (job.block !== undefined && previous !== undefined) job.statuses.push(previous);
  job.block = block;
  job.sawBlock = true;
}

/** The status of the last line, where the mark is of the block that began. */
export function endBlock(job: SeenMarks, [status = "?", block]: string[]): void {
  if (job.block === block || !job.sawBlock) job.statuses.push(status);
  job.block = undefined;
}

/** The first line that failed decides, 130 (128 + SIGINT) before all; a lab's block succeeds only as a whole. */
export function ending(job: SeenMarks): Ending {
  const statuses = job.statuses.map((status) => (/^\d{1,3}$/.test(status) ? Number(status) : undefined));
  if (job.block !== undefined || statuses.length === 0 || statuses.includes(undefined)) {
    return unknown("the shell's PROMPT_COMMAND was changed, so the exit status is not certain");
  }
  const failed = statuses.includes(130) ? 130 : statuses.find((status) => status !== 0);
  if (!job.sawBlock && failed === undefined) return unknown("the shell started nothing");
  if (failed === undefined) return { status: "succeeded", exitStatus: 0 };
  if (failed === 130 || job.interrupted)
    return { status: "interrupted", exitStatus: failed, reason: "interrupted with Ctrl-C" };
  return { status: "failed", exitStatus: failed };
}

/** An ending of which nobody can say how it was. */
export function unknown(reason: string): Ending {
  return { status: "unknown", exitStatus: null, reason };
}
