import { RE2JS, RE2JSSyntaxException } from "re2js";
import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";

/** 1,000 characters: a pattern is looked for in 64 KiB of output, in time that grows with both. */
const MAX_PATTERN_CHARACTERS = 1_000;

/** Compiles a `match`; linear in the output's length, whatever the author wrote. Throws CHECK_INVALID. */
export function compilePattern(pattern: string): RE2JS {
  if (pattern.length > MAX_PATTERN_CHARACTERS)
    throw invalid(`a pattern has at most ${MAX_PATTERN_CHARACTERS} characters, not ${pattern.length}`);
  try {
    return RE2JS.compile(pattern, RE2JS.MULTILINE);
  } catch (cause) {
    throw invalid(
      `the pattern /${pattern}/ is not a regular expression of RE2 (${cause instanceof RE2JSSyntaxException ? cause.getDescription() : "it cannot be compiled"}); look-around and back-references are not part of it`,
      cause,
    );
  }
}

function invalid(message: string, cause?: unknown): WorkshopError {
  return new WorkshopError(WORKSHOP_ERRORS.checkInvalid, message, { cause });
}
