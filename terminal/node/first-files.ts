import { chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import {
  FIRST_FILES,
  FIRST_FILES_BYTES,
  MOST_MODE,
  PATH_CHARACTERS,
  type FirstFile,
} from "../common/host-frames.js";
import type { HomeFile, SessionSpec } from "../common/session-host.js";
import type { Account } from "./session-folder.js";
import { systemWords } from "./system-words.js";

const FILE_MODE = 0o644;
/** A home is nobody's but its learner's. */
const HOME_MODE = 0o700;

/** The files of a home as far as they fit into one call, and all of them. */
export interface GatheredFiles {
  /** Absent where they are too many or too large for one call. */
  first?: FirstFile[];
  all: SessionSpec["files"];
}

/** Reads files until they are too many for one call, and no further. */
export async function gatherFirst(files: SessionSpec["files"]): Promise<GatheredFiles> {
  const read: HomeFile[] = [];
  const rest = (async function* () {
    yield* files;
  })();
  let bytes = 0;
  for (;;) {
    const { value, done } = await rest.next();
    if (done) return { first: read.map(asFrame), all: again(read) };
    read.push(value);
    bytes += "linkTo" in value ? value.linkTo.length : Buffer.byteLength(value.content);
    const isTooMuch = read.length > FIRST_FILES || bytes > FIRST_FILES_BYTES;
    if (isTooMuch || !fitsFrame(value)) return { all: again(read, rest) };
  }
}

/** What a call cannot say is left to the program that unpacks files, and to its words where it cannot either. */
function fitsFrame(file: HomeFile): boolean {
  if (file.path.length > PATH_CHARACTERS) return false;
  if ("linkTo" in file) return file.linkTo.length <= PATH_CHARACTERS;
  const { mode = FILE_MODE } = file;
  return Number.isInteger(mode) && mode >= 0 && mode <= MOST_MODE;
}

async function* again(read: readonly HomeFile[], rest?: AsyncIterable<HomeFile>): AsyncIterable<HomeFile> {
  yield* read;
  if (rest) yield* rest;
}

function asFrame(file: HomeFile): FirstFile {
  if ("linkTo" in file) return file;
  const { path, content, mode = FILE_MODE } = file;
  return { path, content: Buffer.from(content).toString("base64"), mode };
}

/**
 * Those of the files that can be laid out without a program of the learner's, each once, the last of one path; `undefined` where one
 * would lie below another that is no folder, or outside, or where they are more than a home may hold.
 */
export function plainFiles(
  files: readonly FirstFile[],
  homeBytes: number,
): Map<string, FirstFile> | undefined {
  const bytes = files.reduce((sum, file) => sum + ("linkTo" in file ? 0 : file.content.length), 0);
  if (bytes > homeBytes) return undefined;
  const byPath = new Map<string, FirstFile>();
  for (const file of files) {
    const path = normalize(file.path);
    if (path.startsWith("/") || path.endsWith("/") || path === "." || path.includes("\0")) return undefined;
    if (file.path.split("/").includes("..")) return undefined;
    byPath.delete(path);
    byPath.set(path, file);
  }
  const isBelowFile = (path: string): boolean => foldersOf(path).some((folder) => byPath.has(folder));
  return [...byPath.keys()].some(isBelowFile) ? undefined : byPath;
}

/**
 * Makes a home with its first files. It is the account's only when all of them are there, so that nobody can have put a link in the
 * way. Throws TERMINAL_FILES_FAILED.
 */
export function makeHome(
  home: string,
  files: ReadonlyMap<string, FirstFile>,
  account: Account | undefined,
): void {
  mkdirSync(home, { mode: HOME_MODE });
  const made = new Set<string>();
  const give = (path: string): void => {
    if (account) lchownSync(path, account.uid, account.gid);
  };
  try {
    for (const [path, file] of files) {
      for (const folder of foldersOf(path).toReversed()) {
        if (made.has(folder)) continue;
        made.add(folder);
        mkdirSync(join(home, folder));
        give(join(home, folder));
      }
      const place = join(home, path);
      if ("linkTo" in file) symlinkSync(file.linkTo, place);
      else writeFileSync(place, Buffer.from(file.content, "base64"), { flag: "wx", mode: file.mode });
      give(place);
    }
  } catch (error) {
    const message = `The session's files could not be laid out: ${systemWords(error)}.`;
    throw new TerminalError(terminalErrorCodes.filesFailed, message, error);
  }
  if (account) chownSync(home, account.uid, account.gid);
}

/** The folders above a relative path, the nearest first. */
function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) folders.push(folder);
  return folders;
}
