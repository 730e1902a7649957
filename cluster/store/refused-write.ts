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

/** The answer to a write for which `bytes` of others would have to wait before the disk has them. */
export function tooMuchWaits(bytes: number): StatusError {
  return new StatusError({
    code: 429,
    reason: "TooManyRequests",
    message: `etcdserver: too many requests: ${bytes} bytes of writes wait for the disk of this cluster; try again when it has caught up`,
    details: { retryAfterSeconds: 1 },
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
