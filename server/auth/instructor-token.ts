import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { DataPaths } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { writePrivately } from "../supervisor/private-file.js";

/** 16 random bytes: not guessable, and still short enough to type. */
const TOKEN_BYTES = 16;
/** Of a token the operator chose; as many as 16 bytes have in base64, so that it can be guessed no sooner than one of ours. */
const LEAST_CHARACTERS = 22;

/** Where the instructor's token of one server is. */
export interface InstructorToken {
  file: string;
  /** Whether the operator keeps the file, as a Secret of a cluster is mounted: it is read, and never written. */
  isGiven: boolean;
}

/** The token of a server that may have been given a file for it. */
export function instructorTokenOf(
  { instructorTokenFile }: { instructorTokenFile?: string },
  paths: Pick<DataPaths, "instructorToken">,
): InstructorToken {
  return { file: instructorTokenFile ?? paths.instructorToken, isGiven: instructorTokenFile !== undefined };
}

/**
 * Reads the instructor's token; makes one on the first start, readable by its owner only, where none was given. Throws
 * SERVER_INSTRUCTOR_TOKEN_UNUSABLE for a given file that holds none.
 */
export function loadInstructorToken(token: InstructorToken): string {
  if (token.isGiven) return readGiven(token.file);
  return readToken(token.file) ?? renewInstructorToken(token);
}

/** Whether there is a token already. */
export function hasInstructorToken({ file }: InstructorToken): boolean {
  return readToken(file) !== undefined;
}

/**
 * Makes a new token; the old one, and every log-in by it, is worth nothing from then on. Throws SERVER_INSTRUCTOR_TOKEN_UNUSABLE where the
 * operator keeps the file.
 */
export function renewInstructorToken({ file, isGiven }: InstructorToken): string {
  if (isGiven) {
    const message = `The instructor's token is kept in ${file}, which Lectern does not write. Put another one there; it counts as soon as the file has it.`;
    throw new ServerError(serverErrorCodes.instructorTokenUnusable, message);
  }
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  writePrivately(file, `${token}\n`);
  return token;
}

function readGiven(file: string): string {
  const found = readOrThrow(file);
  if (found.length >= LEAST_CHARACTERS && /^[\x21-\x7e]+$/.test(found)) return found;
  throw unusable(
    file,
    `has to hold one word of at least ${String(LEAST_CHARACTERS)} printable ASCII characters, and holds ${found === "" ? "nothing" : "something else"}`,
  );
}

function readOrThrow(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw unusable(file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`, error);
  }
}

function unusable(file: string, why: string, cause?: unknown): ServerError {
  return new ServerError(
    serverErrorCodes.instructorTokenUnusable,
    `The file of the instructor's token ${file} (--instructor-token-file) ${why}. Write one there, for example of: openssl rand -hex 16`,
    cause,
  );
}

function readToken(file: string): string | undefined {
  try {
    const token = readFileSync(file, "utf8").trim();
    return token.length >= TOKEN_BYTES ? token : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
