import { closeSync, ftruncateSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { diskFull, isFull } from "../store/full-disk.js";

/**
 * Writes a file that only its owner may read, all of it or nothing: no reader sees it half written. On a full disk it is written in
 * the place of the one before it, which takes no more room. Throws SERVER_DISK_FULL where there is none.
 */
export function writePrivately(file: string, text: string): void {
  const unfinished = `${file}.${String(process.pid)}`;
  try {
    writeFileSync(unfinished, text, { mode: 0o600 });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    if (!isFull(error)) throw error;
    writeInPlace(file, text, error);
  }
}

function writeInPlace(file: string, text: string, cause: unknown): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r+");
    ftruncateSync(descriptor, writeSync(descriptor, text, 0));
  } catch {
    throw diskFull(file, cause);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
