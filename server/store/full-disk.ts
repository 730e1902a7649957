import { ServerError, serverErrorCodes } from "../errors.js";

/** Waits for a write to `file`; throws SERVER_DISK_FULL in place of what the system says where there is no room. */
export async function withRoom<T>(file: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw isFull(error) ? diskFull(file, error) : error;
  }
}

/** The refusal of a write to `file`. */
export function diskFull(file: string, cause?: unknown): ServerError {
  return new ServerError(
    serverErrorCodes.diskFull,
    `There is no room on the disk that holds ${file}. Make some, or ask the operator to; what was there is kept.`,
    cause,
  );
}

/** Whether a write failed for want of room. SQLite tells a journal that cannot grow as an input or output error. */
export function isFull(error: unknown): boolean {
  const { code = "" } = (error ?? {}) as { code?: string };
  return (
    code === "ENOSPC" ||
    code === "EDQUOT" ||
    code === serverErrorCodes.diskFull ||
    /^SQLITE_(FULL|IOERR)/.test(code)
  );
}
