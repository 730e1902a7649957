import type { Dirent } from "node:fs";
import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { HomeFile, RegularFile } from "../../terminal/common/session-host.js";
import type { Lab, PathPatterns } from "../common/lab.js";
import { pathMatcher } from "./path-patterns.js";
import { readRegularFile } from "./regular-file.js";
import { startFiles } from "./start-files.js";

/** What a lab puts into a learner's home, one after the other: files with their permissions, links as they are. */
export async function* labFiles(lab: Lab): AsyncIterable<HomeFile> {
  for await (const { path, file, entry } of ownEntries(lab)) {
    if (entry.isSymbolicLink()) yield { path, linkTo: await readlink(file) };
    else yield { path, ...(await readRegularFile(file)) };
  }
  yield* writtenFiles(lab);
}

/** The files among them, without links, from the home; what they hold is not read. */
export async function* labFilePaths(lab: Lab): AsyncIterable<string> {
  for await (const { path, entry } of ownEntries(lab)) if (entry.isFile()) yield path;
  for await (const { path } of writtenFiles(lab)) yield path;
}

/** One of the files; `undefined` where the lab has none of that path, or it is a link. */
export async function labFileAt(lab: Lab, wanted: string): Promise<RegularFile | undefined> {
  // What comes later lies over what was there before.
  let last: RegularFile | undefined;
  for await (const written of writtenFiles(lab)) if (written.path === wanted) last = written;
  if (last !== undefined) return last;
  for await (const { path, file, entry } of ownEntries(lab))
    if (path === wanted && entry.isFile()) return { path, ...(await readRegularFile(file)) };
  return undefined;
}

const ALL: PathPatterns = { include: [], exclude: [] };

interface OwnEntry {
  /** From the home. */
  path: string;
  /** On this machine. */
  file: string;
  entry: Dirent;
}

/** Those of the lab's folder: files and links. */
async function* ownEntries({ source }: Lab): AsyncIterable<OwnEntry> {
  const { homeFiles, homePatterns = ALL } = source;
  if (homeFiles !== undefined) yield* entriesBelow(homeFiles, "", pathMatcher(homePatterns));
}

/** Those that stand in the lab's definition, and what its shells begin with. */
async function* writtenFiles(lab: Lab): AsyncIterable<RegularFile> {
  const { inlineFiles = {} } = lab.source;
  for (const [path, content] of Object.entries(inlineFiles)) yield { path, content };
  yield* startFiles(lab);
}

async function* entriesBelow(
  root: string,
  folder: string,
  isMeant: (path: string) => boolean,
): AsyncIterable<OwnEntry> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== ".git") yield* entriesBelow(root, path, isMeant);
    } else if (isMeant(path) && (entry.isFile() || entry.isSymbolicLink()))
      yield { path, file: join(root, path), entry };
  }
}
