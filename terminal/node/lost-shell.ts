import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { plainText } from "../common/plain-text.js";
import { SHELL_ENDED, listRecordings } from "./recording.js";

/** Bytes of the end of a recording that are looked at. */
const TAIL_BYTES = 131_072;
const LOST = "\u001b[2m[The shell above was lost. This is a new one; what ran has ended.]\u001b[m\r\n";

/**
 * What a terminal showed last and a line about it, where its shell did not come to an end: it was lost with the host that had it.
 * `undefined` where there is nothing of that kind.
 */
export function lostScreen(folder: string, terminal: string): Buffer | undefined {
  const last = listRecordings(folder).findLast((recording) => recording.terminal === terminal);
  if (!last) return undefined;
  const events = readTail(join(folder, last.name), last.bytes);
  if (events.at(-1)?.[2] === SHELL_ENDED) return undefined;
  const text = plainText(
    events.flatMap(([, kind, data]) => (kind === "o" ? [data] : [])).join(""),
  ).text.trim();
  return text === "" ? undefined : Buffer.from(`${text.replaceAll("\n", "\r\n")}\r\n${LOST}`);
}

/** The last events of a recording; what is cut at either end is left out. */
function readTail(path: string, bytes: number): [number, string, string][] {
  const file = openSync(path, "r");
  try {
    const tail = Buffer.alloc(Math.min(bytes, TAIL_BYTES));
    readSync(file, tail, 0, tail.length, bytes - tail.length);
    return tail
      .toString("utf8")
      .split("\n")
      .flatMap((line) => {
        try {
          const event = JSON.parse(line) as unknown;
          return Array.isArray(event) ? [event as [number, string, string]] : [];
        } catch {
          return [];
        }
      });
  } finally {
    closeSync(file);
  }
}
