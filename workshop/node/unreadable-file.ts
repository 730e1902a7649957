import { readlink } from "node:fs/promises";
import { relative } from "node:path";

/** The path as it is written shortest where the command was started. */
export function pathFromHere(path: string): string {
  const fromHere = relative(process.cwd(), path) || ".";
  return fromHere.length < path.length ? fromHere : path;
}

/** Why the system refuses them, by its own codes. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "what its path takes for a folder is a file",
  EISDIR: "it is a folder, not a file",
  ELOOP: "it is a link that leads back to itself; put the file in its place",
  EACCES: "the account that runs this may not read it; change its mode",
  EPERM: "the account that runs this may not read it; change its mode",
  ENAMETOOLONG: "its name is longer than a file's name may be",
  ENXIO: "it is a socket, not a file",
};

/** Why a file could not be read, as the end of a sentence that names it; what the system threw in our words. */
export async function whyUnreadable(path: string, cause: unknown): Promise<string> {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ENOENT") {
    const target = await readlink(path).catch(() => undefined);
    if (target !== undefined) return `it is a link to ${target}, which is not there`;
  }
  return REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause));
}
