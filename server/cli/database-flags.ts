import { readFileSync } from "node:fs";
import type { Environment, ServeConfig } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/** The database that several servers share: where several are given, the most particular counts. Throws SERVER_DATABASE_INVALID. */
export function databaseOf(
  { database, databaseFile }: { database: string | undefined; databaseFile: string | undefined },
  environment: Environment,
): Pick<ServeConfig, "database"> {
  const given =
    database ?? (databaseFile === undefined ? environment.database : readDatabaseFile(databaseFile));
  return given === undefined ? {} : { database: given };
}

function readDatabaseFile(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.databaseInvalid,
      `The file with the address of the database, ${file}, cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      error,
    );
  }
}
