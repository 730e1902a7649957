import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder } from "../../workshop/node/make-folder.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/**
 * Makes the folders that a validation writes into, and sees before its minutes of work that it may write there. Throws SERVER_USAGE where
 * it may not.
 */
export function requireWritable({ out, recordings }: { out?: string; recordings?: string }): void {
  if (out !== undefined) orUsage("The report could not be written", () => tryFile(out));
  if (recordings !== undefined)
    orUsage("The recordings could not be written", () => {
      makeFolder(recordings);
      rmdirSync(mkdtempSync(join(recordings, ".lectern-")));
    });
}

/** A validation has one session: its recordings go into the folder as they are. What cannot be copied is told, for the verdict is known by then. */
export function copyRecordings(kept: string, folder: string, report: (line: string) => void): void {
  try {
    makeFolder(folder);
    for (const session of existsSync(kept) ? readdirSync(kept) : [])
      cpSync(join(kept, session), folder, { recursive: true });
  } catch (error) {
    report(`The recordings could not be copied to ${folder}: ${(error as Error).message}`);
  }
}

/** Makes the folders it needs. Throws SERVER_USAGE where the file cannot be written. */
export function writeReport(file: string, text: string): void {
  orUsage("The report could not be written", () => {
    makeFolder(dirname(file));
    writeFileSync(file, text);
  });
}

/** Leaves what is there as it is, and nothing where nothing was. */
function tryFile(file: string): void {
  makeFolder(dirname(file));
  const found = statSync(file, { throwIfNoEntry: false });
  // A pipe waits for who reads it until there is something to read.
  if (found && !found.isFile() && !found.isDirectory()) return;
  closeSync(openSync(file, found ? "r+" : "wx"));
  if (!found) rmSync(file);
}

function orUsage(what: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.usage,
      `${what}: ${(error as Error).message}. Name a place in a folder that can be written to`,
      error,
    );
  }
}
