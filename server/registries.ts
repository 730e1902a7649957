import { readFile, stat } from "node:fs/promises";
import { type SchemaIssue, plainIssues } from "../workshop/common/issue-text.js";
import { dirname, resolve } from "node:path";

import { parse } from "yaml";

import {
  createRegistries,
  NO_REGISTRIES,
  type Registries,
  registriesFile,
} from "../policy/node/registry/registries.js";
import { ServerError, serverErrorCodes } from "./errors.js";

type Trust = NonNullable<Registries["trust"]>;

/** A hundred registries with their passwords stay far below it. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** The registries that the operator lets be asked about images; none without a file. Throws SERVER_REGISTRIES_INVALID. */
export async function readRegistries(file: string | undefined): Promise<Registries> {
  if (file === undefined) return NO_REGISTRIES;
  try {
    const given = registriesFile.parse(parse(await readBounded(file)));
    const { trustedRoot } = given;
    return trustedRoot === undefined
      ? createRegistries(given)
      : createRegistries(given, await readTrust(resolve(dirname(file), trustedRoot)));
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.registriesInvalid,
      `The file of registries ${file} cannot be used: ${problemOf(error)}. It lists what may be asked, such as "registries: [{host: ghcr.io}]"; docs/operate.md has all of it.`,
      { cause: error },
    );
  }
}

async function readTrust(file: string): Promise<Trust> {
  try {
    const text = await readBounded(file);
    // Most operators give no trust root, and reading one takes libraries.
    const { readTrustedRoot } = await import("../policy/node/verify/trusted-root.js");
    return readTrustedRoot(text);
  } catch (error) {
    throw new Error(`trustedRoot: ${file} is no trust root of Sigstore: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function readBounded(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes, ${MAX_FILE_BYTES} at most are read`);
  return readFile(file, "utf8");
}

function problemOf(error: unknown): string {
  const issues = (error as { issues?: SchemaIssue[] }).issues;
  if (!issues) return (error as Error).message;
  return plainIssues(issues)
    .map(({ path, message }) => `${path.map(String).join(".") || "the file"}: ${message}`)
    .join("; ");
}
