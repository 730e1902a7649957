import { StatusError } from "../api/status.js";
import { ClusterError, clusterErrorCodes } from "../errors.js";

/** The answer to a write that the quota of the store has no room for; the first words are etcd's. */
export function noRoom(quotaBytes: number): StatusError {
  return new StatusError({
    code: 507,
    reason: "InsufficientStorage",
    message: `etcdserver: mvcc: database space exceeded: the objects of this cluster may have ${quotaBytes} bytes in all; delete some`,
  });
}

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
