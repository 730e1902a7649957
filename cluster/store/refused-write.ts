import { StatusError } from "../api/status.js";
import { ClusterError, clusterErrorCodes } from "../errors.js";

/** The answer to a write the disk did not take: 507 where it is full, else 500; nothing of the write happened. */
export function refusedWrite(error: unknown): StatusError {
  const isFull = error instanceof ClusterError && error.code === clusterErrorCodes.diskFull;
  return new StatusError({
    code: isFull ? 507 : 500,
    reason: isFull ? "InsufficientStorage" : "InternalError",
    message: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}
