import { readFile, stat } from "node:fs/promises";

import { parse } from "yaml";

import {
  createRegistries,
  NO_REGISTRIES,
  type Registries,
  registriesFile,
} from "../policy/node/registry/registries.js";
import { ServerError, serverErrorCodes } from "./errors.js";

/** A hundred registries with their passwords stay far below it. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** The registries that the operator lets be asked about images; none without a file. Throws SERVER_REGISTRIES_INVALID. */
export async function readRegistries(file: string | undefined): Promise<Registries> {
  if (file === undefined) return NO_REGISTRIES;
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes, ${MAX_FILE_BYTES} at most are read`);
    return createRegistries(registriesFile.parse(parse(await readFile(file, "utf8"))));
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.registriesInvalid,
      `The file of registries ${file} cannot be used: ${problemOf(error)}. It lists what may be asked, such as "registries: [{host: ghcr.io}]"; docs/operate.md has all of it.`,
      { cause: error },
    );
  }
}

function problemOf(error: unknown): string {
  const issues = (error as { issues?: { path: PropertyKey[]; message: string }[] }).issues;
  if (!issues) return (error as Error).message;
  return issues
    .map(({ path, message }) => `${path.map(String).join(".") || "the file"}: ${message}`)
    .join("; ");
}
