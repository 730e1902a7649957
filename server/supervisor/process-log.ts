import { appendFileSync, closeSync, openSync, readSync, rmSync, statSync, truncateSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** A log that reaches this is moved to `FILE.1` in place of the one before, so that a process has twice as much on the disk at most. */
const LIMIT_BYTES = 10 * 1024 * 1024;
const LOOK_MS = 2_000;
const TAIL_LINES = 8;
/** The end of a log that explains a failure; never the whole, which may be long. */
const TAIL_BYTES = 16 * 1024;

/** Opens a log for a process to inherit; the caller closes it. */
export function openLog(file: string): number {
  return openSync(file, "a", 0o600);
}

/** The last lines of a log, indented; empty where it cannot be read. */
export function readTail(file: string): string {
  try {
    const { size } = statSync(file);
    const lines = readPart(file, Math.max(0, size - TAIL_BYTES), size)
      .toString("utf8")
      .trimEnd()
      .split("\n");
    return lines
      .slice(-TAIL_LINES)
      .map((line) => `  ${line}`)
      .join("\n");
  } catch {
    return "";
  }
}

/**
 * Looks at a log until the signal fires, and moves it aside whenever it has reached its limit. Its process goes on writing to the same
 * file, which is emptied: it may have been started by another supervisor and cannot be asked to open it anew.
 */
export async function keepBounded(
  file: string,
  signal: AbortSignal,
  { limitBytes = LIMIT_BYTES, lookMs = LOOK_MS }: { limitBytes?: number; lookMs?: number } = {},
): Promise<void> {
  while (!signal.aborted) {
    await rotate(file, limitBytes).catch(() => undefined);
    await delay(lookMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Moves the log aside where it has reached the limit. On a full disk what it held is given up for the room. */
export async function rotate(file: string, limitBytes: number): Promise<void> {
  const size = sizeOf(file);
  if (size < limitBytes) return;
  const aside = `${file}.1`;
  rmSync(aside, { force: true });
  try {
    await copyFile(file, aside);
    // What came while the copy was made; from here to the emptying nothing waits.
    appendFileSync(aside, readPart(file, sizeOf(aside), sizeOf(file)));
  } catch {
    rmSync(aside, { force: true });
  }
  truncateSync(file);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function readPart(file: string, from: number, to: number): Buffer {
  const part = Buffer.alloc(Math.max(0, to - from));
  const descriptor = openSync(file, "r");
  try {
    return part.subarray(0, readSync(descriptor, part, 0, part.length, from));
  } finally {
    closeSync(descriptor);
  }
}
