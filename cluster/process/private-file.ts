import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";

const OWNER_ONLY = 0o600;

/** Replaces a file in one step; only its owner may read it. One that is as it should be is left alone: a full disk must not keep the cluster from starting. */
export function writePrivateFile(path: string, text: string): void {
  if (isSame(path, text)) return;
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: OWNER_ONLY, flush: true });
  renameSync(temporary, path);
}

function isSame(path: string, text: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (stats.mode & 0o777) === OWNER_ONLY && readFileSync(path, "utf8") === text;
}
