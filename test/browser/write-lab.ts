import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Writes a lab into a new folder: paths inside it to their content. */
export function writeLab(
  name: string,
  files: Record<string, string | Uint8Array>,
): { folder: string; remove: () => void } {
  const parent = mkdtempSync(join(tmpdir(), "lectern-lab-"));
  // Readable for the accounts that shells run as.
  chmodSync(parent, 0o755);
  const folder = join(parent, name);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return { folder, remove: () => rmSync(parent, { recursive: true, force: true, maxRetries: 5 }) };
}
