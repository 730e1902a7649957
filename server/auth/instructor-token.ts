import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { writePrivately } from "../supervisor/private-file.js";

/** 16 random bytes: not guessable, and still short enough to type. */
const TOKEN_BYTES = 16;

/** Reads the instructor's token of a data directory; makes one on the first start, readable by its owner only. */
export function loadInstructorToken(file: string): string {
  return readToken(file) ?? renewInstructorToken(file);
}

/** Whether the data directory has a token already. */
export function hasInstructorToken(file: string): boolean {
  return readToken(file) !== undefined;
}

/** Makes a new token; the old one, and every log-in by it, is worth nothing from then on. */
export function renewInstructorToken(file: string): string {
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  writePrivately(file, `${token}\n`);
  return token;
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
