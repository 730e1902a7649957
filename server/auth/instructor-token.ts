import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

/** 16 random bytes: not guessable, and still short enough to type. */
const TOKEN_BYTES = 16;

/** Reads the instructor's token of a data directory; makes one on the first start, readable by its owner only. */
export function loadInstructorToken(file: string): string {
  try {
    const token = readFileSync(file, "utf8").trim();
    if (token.length >= TOKEN_BYTES) return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return token;
}
