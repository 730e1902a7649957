import { readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { makeFolder } from "./make-folder.js";

/** A file of a lab that is to be written; `mode` where it is not the usual one. */
export interface WrittenFile {
  content: string | Uint8Array;
  mode?: number;
}

/**
 * Writes the files, by paths relative to the folder. Throws LAB_EXISTS where the folder holds something, for nothing is written over, and
 * LAB_NOT_WRITTEN where it cannot be written.
 */
export async function writeLabFolder(
  folder: string,
  files: Readonly<Record<string, WrittenFile>>,
): Promise<void> {
  await requireEmptyFolder(folder);
  await writeAll(folder, files).catch(inWords(folder));
}

/** Throws LAB_EXISTS where the folder holds something, and LAB_NOT_WRITTEN where it is none. */
export async function requireEmptyFolder(folder: string): Promise<void> {
  const present = await readdir(folder).catch(nothingThere).catch(inWords(folder));
  if (present.length > 0)
    throw new WorkshopError(
      WORKSHOP_ERRORS.labExists,
      `The folder ${folder} holds ${present.slice(0, 3).join(", ")} already; name a folder that is empty or not there`,
    );
}

async function writeAll(folder: string, files: Readonly<Record<string, WrittenFile>>): Promise<void> {
  for (const [path, { content, mode }] of Object.entries(files)) {
    makeFolder(dirname(join(folder, path)));
    await writeFile(join(folder, path), content, { flag: "wx", ...(mode !== undefined && { mode }) });
  }
}

const WHY_NOT: Readonly<Record<string, string>> = {
  EROFS: "its file system is read-only",
  EACCES: "this account may not write there",
  EPERM: "this account may not write there",
  ENOSPC: "no room is left",
  EDQUOT: "no room is left for this account",
  ENOTDIR: "a part of its path is no folder",
  ENOENT: "its file system makes no new files or folders",
  EBUSY: "it is mounted there by itself",
  ENAMETOOLONG: "its name is too long",
};

/** Why the system refused to write a file of a lab, in words where there are some. */
export function whyNotWritten(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return WHY_NOT[code] ?? message;
}

/** Lets through what is in words already. */
function inWords(folder: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof WorkshopError) throw cause;
    throw new WorkshopError(
      WORKSHOP_ERRORS.labNotWritten,
      `The lab cannot be written into ${folder}: ${whyNotWritten(cause)}; name another folder`,
      { cause },
    );
  };
}

function nothingThere(error: unknown): string[] {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
  throw error;
}
