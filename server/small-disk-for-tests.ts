import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

let known: boolean | undefined;

/** Whether this account may mount a file system here. */
export function canMount(): boolean {
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), "lectern-mount-"));
  try {
    mountSmallDisk(folder, "size=64k")();
    known = true;
  } catch {
    known = false;
  } finally {
    rmSync(folder, { recursive: true });
  }
  return known;
}

/** Mounts a small file system in memory over a folder, with options of tmpfs(5); the returned function takes it away. */
export function mountSmallDisk(folder: string, options: string): () => void {
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "pipe" });
  return () => void execFileSync("umount", ["-l", folder], { stdio: "pipe" });
}

/** Calls with a small file system inside the folder. */
export function withSmallDisk(folder: string, options: string, use: (path: string) => void): void {
  const path = mkdtempSync(join(folder, "disk-"));
  const unmount = mountSmallDisk(path, options);
  try {
    use(path);
  } finally {
    unmount();
  }
}
