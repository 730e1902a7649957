import { readFile, readdir, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import type { HomeFile } from "../../terminal/common/session-host.js";
import type { Lab } from "../common/lab.js";

/** What a lab puts into a learner's home, one after the other: files with their permissions, links as they are. */
export async function* labFiles({ source }: Lab): AsyncIterable<HomeFile> {
  if (source.homeFiles !== undefined) yield* filesBelow(source.homeFiles, "");
}

async function* filesBelow(root: string, folder: string): AsyncIterable<HomeFile> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const file = join(root, path);
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else if (entry.isSymbolicLink()) yield { path, linkTo: await readlink(file) };
    else if (entry.isFile())
      yield { path, content: await readFile(file), mode: (await stat(file)).mode & 0o777 };
  }
}
