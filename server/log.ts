import { pino } from "pino";
import type { Logger } from "pino";

/** Structured logs on standard output, one JSON object a line; `session` and `step` are fields wherever they are known. */
export function createLog(level: string): Logger {
  return pino({
    level,
    base: { process: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Headers hold cookies and tokens; they are never logged.
    redact: { paths: ["*.headers", "headers", "token", "*.token"], remove: true },
  });
}
