import { WORKSHOP_ERRORS, WorkshopError } from "../../common/errors.js";

/** Where a lab comes from, revision by revision. */
export interface LabOrigin {
  /** In words for a column of a table. */
  title: string;
  /** Where it is not the cluster that is asked: how long what it said counts. */
  restMs: number;
  /** What stands there now. Throws LAB_SOURCE_UNUSABLE. */
  newest(signal: AbortSignal): Promise<string>;
  /** Writes the files of one revision into an empty folder. Throws LAB_SOURCE_UNUSABLE. */
  write(revision: string, folder: string, signal: AbortSignal): Promise<void>;
}

/** 64 MB: more than any lab's pictures, less than what a server's volume misses. */
export const MAX_LAB_BYTES = 64 * 1024 * 1024;
/** Files and folders of one lab. */
export const MAX_LAB_ENTRIES = 5_000;

/** The error for a source that cannot give what a Workshop asks of it. */
export function sourceUnusable(message: string, cause?: unknown): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.labSourceUnusable,
    message,
    cause === undefined ? undefined : { cause },
  );
}

/** Bytes of a source's tars in all, with their headers and what fills them up: what is made of nothing but those has an end as well. */
export const MAX_TAR_BYTES = 2 * MAX_LAB_BYTES;
