import { CHARACTERS_PER_UNIT, spend } from "./evaluation-budget.js";
import type { CelLibrary } from "./library.js";
import { registerAll, registerNamespace } from "./library.js";
import { formatText } from "./string-format.js";
import { firstPosition, lastPosition, splitAt } from "./text-search.js";

/** The string functions Kubernetes has and the CEL library lacks. */
export const stringsLibrary: CelLibrary = (environment) => {
  registerAll(environment, {
    "string.charAt(int): string": charAt,
    "string.replace(string, string): string": (text: string, from: string, to: string) =>
      replace(text, from, to),
    "string.replace(string, string, int): string": replace,
    "string.format(list<dyn>): string": formatText,
    // The library's own count in halves of characters, and change the case of all letters.
    "string.__contains(string): bool": (text: string, part: string) => firstPosition(text, part) !== -1,
    "string.__indexOf(string): int": (text: string, part: string) => indexOf(text, part, 0n),
    "string.__indexOf(string, int): int": indexOf,
    "string.__lastIndexOf(string): int": (text: string, part: string) => lastIndexOf(text, part),
    "string.__lastIndexOf(string, int): int": lastIndexOf,
    "string.__substring(int): string": (text: string, start: bigint) => substring(text, start),
    "string.__substring(int, int): string": substring,
    "string.__split(string): list<string>": (text: string, by: string) => split(text, by, -1n),
    "string.__split(string, int): list<string>": split,
    "string.__lowerAscii(): string": (text: string) =>
      text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()),
    "string.__upperAscii(): string": (text: string) =>
      text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase()),
  });
  registerNamespace(environment, "strings", "kubernetes.Strings");
  registerAll(environment, {
    "kubernetes.Strings.quote(string): string": (_: unknown, text: string) => JSON.stringify(text),
  });
};

function charAt(text: string, index: bigint): string {
  const characters = Array.from(text);
  if (index < 0n || index > BigInt(characters.length)) throw new Error(`index out of range: ${index}`);
  return characters[Number(index)] ?? "";
}

/** The place in halves of characters of the character with this number, at most the end of the text. */
function unitAt(text: string, index: number): number {
  let unit = 0;
  for (let left = index; left > 0 && unit < text.length; left -= 1)
    unit += (text.codePointAt(unit) ?? 0) > 0xff_ff ? 2 : 1;
  return unit;
}

/** The number of the character at a place. */
function characterAt(text: string, unit: number): bigint {
  let count = 0n;
  for (let at = 0; at < unit; at += (text.codePointAt(at) ?? 0) > 0xff_ff ? 2 : 1) count += 1n;
  return unit < 0 ? -1n : count;
}

function indexOf(text: string, part: string, from: bigint): bigint {
  if (part === "") return from;
  if (from < 0n) throw new Error(`index out of range: ${from}`);
  return characterAt(text, firstPosition(text, part, unitAt(text, Number(from))));
}

function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const end = characterAt(text, text.length);
  if (part === "") return from ?? end;
  if (from !== undefined && from < 0n) throw new Error(`index out of range: ${from}`);
  if (from !== undefined && from >= end) return -1n;
  return characterAt(text, lastPosition(text, part, unitAt(text, Number(from ?? end))));
}

function substring(text: string, start: bigint, end?: bigint): string {
  const characters = Array.from(text);
  const to = end ?? BigInt(characters.length);
  if (end !== undefined && start > end)
    throw new Error(`invalid substring range. start: ${start}, end: ${end}`);
  for (const index of [start, to])
    if (index < 0n || index > BigInt(characters.length)) throw new Error(`index out of range: ${index}`);
  return characters.slice(Number(start), Number(to)).join("");
}

/** Into `limit` parts at most, the last of which is all the rest. */
function split(text: string, by: string, limit: bigint): string[] {
  const parts = by === "" ? Array.from(text) : splitAt(text, by);
  if (limit < 0n || limit >= BigInt(parts.length)) return parts;
  if (limit === 0n) return [];
  const kept = Number(limit) - 1;
  return [...parts.slice(0, kept), parts.slice(kept).join(by)];
}

/** Replaces the first `limit` places, or all of them; what comes of it may be much longer, and is paid for before it is made. */
function replace(text: string, from: string, to: string, limit = -1n): string {
  const parts = from === "" ? ["", ...Array.from(text), ""] : splitAt(text, from);
  const count = limit < 0n ? parts.length - 1 : Math.min(Number(limit), parts.length - 1);
  spend((text.length + count * to.length) / CHARACTERS_PER_UNIT);
  const replaced = parts.slice(0, count).map((part) => part + to);
  return replaced.join("") + parts.slice(count).join(from);
}
