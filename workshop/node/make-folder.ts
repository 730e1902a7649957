import { mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/**
 * Makes a folder, and those above it, where they are not there. One by one: asked for all at once, Node.js says of a read-only file system
 * that the folder is not there, and never ends in `/proc`. Throws what the operating system says.
 */
export function makeFolder(folder: string, { mode }: { mode?: number } = {}): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !isThere(at); at = dirname(at)) missing.push(at);
  for (const each of missing.toReversed()) makeOne(each, mode);
}

function makeOne(folder: string, mode: number | undefined): void {
  try {
    mkdirSync(folder, { ...(mode !== undefined && { mode }) });
  } catch (error) {
    // Another process may have made it a moment ago.
    const isMade = (error as NodeJS.ErrnoException).code === "EEXIST" && isFolder(folder);
    if (!isMade) throw error;
  }
}

function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
