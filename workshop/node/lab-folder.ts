import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";

/** A file of a lab that is to be written; `mode` where it is not the usual one. */
export interface WrittenFile {
  content: string | Uint8Array;
  mode?: number;
}

/** Writes the files, by paths relative to the folder. Throws LAB_EXISTS where the folder holds something: nothing is written over. */
export async function writeLabFolder(
  folder: string,
  files: Readonly<Record<string, WrittenFile>>,
): Promise<void> {
  const present = await readdir(folder).catch(nothingThere);
  if (present.length > 0)
    throw new WorkshopError(
      WORKSHOP_ERRORS.labExists,
      `The folder ${folder} holds ${present.slice(0, 3).join(", ")} already; name a folder that is empty or not there`,
    );
  for (const [path, { content, mode }] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { flag: "wx", ...(mode !== undefined && { mode }) });
  }
}

function nothingThere(error: unknown): string[] {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
  throw error;
}
