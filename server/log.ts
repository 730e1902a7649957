import { pino } from "pino";
import type { Logger } from "pino";

/**
 * Structured logs on standard output, one JSON object a line; `session` and `step` are fields wherever they are known. Written as a
 * stream, not to the descriptor: what happens where it takes nothing is decided in one place for the whole process.
 */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: { process: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Headers hold cookies and tokens; they are never logged.
      redact: { paths: ["*.headers", "headers", "token", "*.token"], remove: true },
    },
    process.stdout,
  );
}
