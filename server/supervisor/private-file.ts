import { renameSync, writeFileSync } from "node:fs";

/** Writes a file that only its owner may read, all of it or nothing: no reader sees it half written. */
export function writePrivately(file: string, text: string): void {
  const unfinished = `${file}.${String(process.pid)}`;
  writeFileSync(unfinished, text, { mode: 0o600 });
  renameSync(unfinished, file);
}
