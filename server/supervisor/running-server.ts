import { readFileSync } from "node:fs";
import { dataPaths } from "../config.js";
import type { DataPaths } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { writePrivately } from "./private-file.js";

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

/** Where the server of a data directory listens. Throws SERVER_NOT_RUNNING. */
export function readRunningServer(data: string): RunningServer {
  try {
    return JSON.parse(readFileSync(dataPaths(data).server, "utf8")) as RunningServer;
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.notRunning,
      `No Lectern server runs on the data directory ${data}. Start one with "lectern serve --data ${data}", or name another directory with --data.`,
      error,
    );
  }
}

/** Tells the command line where the server listens. */
export function writeRunningServer(paths: DataPaths, server: RunningServer): void {
  writePrivately(paths.server, `${JSON.stringify(server)}\n`);
}
