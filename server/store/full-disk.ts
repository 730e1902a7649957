import { ServerError, serverErrorCodes } from "../errors.js";

/** Calls that write to `file`; throws SERVER_DISK_FULL in place of what the system says where there is no room. */
export function withRoom<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!isFull(error)) throw error;
    throw new ServerError(
      serverErrorCodes.diskFull,
      `There is no room on the disk that holds ${file}. Make some, or ask the operator to; what was there is kept.`,
      error,
    );
  }
}

/** The same for what nobody misses: not written where there is no room. */
export function ifRoom(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}

/** Whether a write failed for want of room. SQLite tells a journal that cannot grow as an input or output error. */
export function isFull(error: unknown): boolean {
  const { code = "" } = (error ?? {}) as { code?: string };
  return code === "ENOSPC" || code === "EDQUOT" || /^SQLITE_(FULL|IOERR)/.test(code);
}
