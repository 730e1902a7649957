import { renameSync, writeFileSync } from "node:fs";

/** Replaces a file in one step; only its owner may read it. */
export function writePrivateFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}
