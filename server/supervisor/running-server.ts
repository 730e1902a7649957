import { readFileSync } from "node:fs";
import { dataPaths } from "../config.js";
import type { DataPaths } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { writePrivately } from "./private-file.js";
import { shellWord } from "../../workshop/common/shell-word.js";

/** What the running server tells the command line about itself. */
export interface RunningServer {
  /** For browsers. */
  url: string;
  /** For this machine's command lines and shells; another one where browsers use TLS. */
  localUrl: string;
  pid: number;
  /** Holds the instructor's token, where the operator keeps it outside the data directory. */
  instructorTokenFile?: string;
}

/** Where the server of a data directory listens. Throws SERVER_NOT_RUNNING, and SERVER_DATA_DIR_UNUSABLE where what it wrote down cannot be read. */
export function readRunningServer(data: string): RunningServer {
  const { server: file } = dataPaths(data);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as RunningServer;
  } catch (error) {
    throw isMissing(error) ? notRunning(data, error) : unreadable(file, error);
  }
}

function notRunning(data: string, cause: unknown): ServerError {
  return new ServerError(
    serverErrorCodes.notRunning,
    `No Lectern server runs on the data directory ${data}. Start one with "lectern serve --data ${shellWord(data)}", or name another directory with --data.`,
    cause,
  );
}

function unreadable(file: string, cause: unknown): ServerError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ServerError(
    serverErrorCodes.dataDirUnusable,
    `${file}, where a running server says how it is reached, cannot be read: ${why}. Use the account that the server runs under.`,
    cause,
  );
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Tells the command line where the server listens. */
export function writeRunningServer(paths: DataPaths, server: RunningServer): void {
  writePrivately(paths.server, `${JSON.stringify(server)}\n`);
}
