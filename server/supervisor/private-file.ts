import { renameSync, writeFileSync } from "node:fs";
import { withRoom } from "../store/full-disk.js";

/** Writes a file that only its owner may read, all of it or nothing: no reader sees it half written. Throws SERVER_DISK_FULL. */
export function writePrivately(file: string, text: string): void {
  const unfinished = `${file}.${String(process.pid)}`;
  withRoom(file, () => writeFileSync(unfinished, text, { mode: 0o600 }));
  renameSync(unfinished, file);
}
