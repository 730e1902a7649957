import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { HomeFile } from "../../terminal/common/session-host.js";
import type { Lab, PathPatterns } from "../common/lab.js";
import { pathMatcher } from "./path-patterns.js";
import { readRegularFile } from "./regular-file.js";
import { startFiles } from "./start-files.js";

/** What a lab puts into a learner's home, one after the other: files with their permissions, links as they are. */
export async function* labFiles(lab: Lab): AsyncIterable<HomeFile> {
  const { homeFiles, homePatterns = ALL, inlineFiles = {} } = lab.source;
  if (homeFiles !== undefined) yield* filesBelow(homeFiles, "", pathMatcher(homePatterns));
  for (const [path, content] of Object.entries(inlineFiles)) yield { path, content };
  yield* startFiles(lab);
}

const ALL: PathPatterns = { include: [], exclude: [] };

async function* filesBelow(
  root: string,
  folder: string,
  isMeant: (path: string) => boolean,
): AsyncIterable<HomeFile> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const file = join(root, path);
    if (entry.isDirectory()) {
      if (entry.name !== ".git") yield* filesBelow(root, path, isMeant);
    } else if (!isMeant(path)) continue;
    else if (entry.isSymbolicLink()) yield { path, linkTo: await readlink(file) };
    else if (entry.isFile()) yield { path, ...(await readRegularFile(file)) };
  }
}
