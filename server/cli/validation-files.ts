import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ServerError, serverErrorCodes } from "../errors.js";

/** A validation has one session: its recordings go into the folder as they are. What cannot be copied is told, for the verdict is known by then. */
export function copyRecordings(kept: string, folder: string, report: (line: string) => void): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const session of existsSync(kept) ? readdirSync(kept) : [])
      cpSync(join(kept, session), folder, { recursive: true });
  } catch (error) {
    report(`The recordings could not be copied to ${folder}: ${(error as Error).message}`);
  }
}

/** Makes the folders it needs. Throws SERVER_USAGE where the file cannot be written. */
export function writeReport(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.usage,
      `The report could not be written: ${(error as Error).message}. Name a file of a folder that can be written to`,
    );
  }
}
