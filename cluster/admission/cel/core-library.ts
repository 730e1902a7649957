import { compareValues } from "./compare-values.js";
import type { CelLibrary } from "./library.js";
import { registerAll } from "./library.js";
import { CHARACTERS_PER_UNIT, spend } from "./evaluation-budget.js";
import { regularExpression } from "./regular-expression.js";
import type { CelDuration } from "./time-text.js";
import { durationText, timestampText } from "./time-text.js";
import { zonedTime } from "./zoned-time.js";

/** One unit of budget pays for matching this many characters. */

/** One unit of budget pays for copying or comparing this many elements, of the kind a loop visits one for. */
const ELEMENTS_PER_UNIT = 16;

const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";

type CelMap = Record<string, unknown> | Map<unknown, unknown>;

const BYTES_ORDER: Record<string, (order: number) => boolean> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

/** Regular expressions by RE2, conversions of times that the library lacks, and the functions `executableSource` writes into expressions. */
export const coreLibrary: CelLibrary = (environment) => {
  for (const [sign, holds] of Object.entries(BYTES_ORDER))
    environment.registerOperator(`bytes ${sign} bytes: bool`, (left: Uint8Array, right: Uint8Array) =>
      holds(Buffer.compare(left, right)),
    );
  registerAll(environment, {
    "string.re2Matches(string): bool": (text: string, pattern: string) => matcher(text, pattern).find(),
    "string.find(string): string": (text: string, pattern: string) => findAll(text, pattern, 1)[0] ?? "",
    "string.findAll(string): list<string>": (text: string, pattern: string) =>
      findAll(text, pattern, Infinity),
    "string.findAll(string, int): list<string>": (text: string, pattern: string, limit: bigint) =>
      findAll(text, pattern, limit < 0n ? Infinity : Number(limit)),
    [`string(${TIMESTAMP}): string`]: timestampText,
    [`${TIMESTAMP}.__at(string): ${TIMESTAMP}`]: zonedTime,
    [`string(${DURATION}): string`]: durationText,
    [`int(${TIMESTAMP}): int`]: (time: Date) => BigInt(Math.floor(time.getTime() / 1000)),
    [`timestamp(${TIMESTAMP}): ${TIMESTAMP}`]: (time: Date) => time,
    [`duration(${DURATION}): ${DURATION}`]: (duration: CelDuration) => duration,
    "__visit(list<A>): list<A>": visitList,
    "__visit(map<K, V>): map<K, V>": visitMap,
    "__size(A): A": countSize,
    "__text(A): A": countText,
    "__whole(A): A": countWhole,
    "__has(dyn, string): bool": hasField,
    "__keys(dyn): list<dyn>": indexesOf,
    "__sortBy(list<dyn>): list<dyn>": (entries: [unknown, unknown][]) =>
      entries.toSorted(([left], [right]) => compareValues(left, right)).map(([, item]) => item),
    "__merged(list<dyn>): map<dyn, dyn>": merged,
    "__mapOf(list<dyn>): map<dyn, dyn>": (entries: [unknown, unknown][]) => new Map(entries),
  });
};

/** The entries of all the maps, none of which may have a key of another. */
function merged(maps: (Map<unknown, unknown> | Record<string, unknown>)[]): Map<unknown, unknown> {
  const all = new Map<unknown, unknown>();
  for (const map of maps) {
    for (const [key, value] of map instanceof Map ? map : Object.entries(map)) {
      if (all.has(key)) throw new Error(`insert failed: key ${String(key)} already exists`);
      all.set(key, value);
    }
  }
  return all;
}

function matcher(text: string, pattern: string): { find(): boolean; group(): string | null } {
  spend(1 + Math.ceil(text.length / CHARACTERS_PER_UNIT));
  return regularExpression(pattern).matcher(text);
}

function findAll(text: string, pattern: string, limit: number): string[] {
  const found: string[] = [];
  let search: ReturnType<typeof matcher>;
  try {
    search = matcher(text, pattern);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new Error(why.startsWith("error parsing") ? `Illegal regex: ${why}` : why, { cause });
  }
  while (found.length < limit && search.find()) found.push(search.group() ?? "");
  return found;
}

function visitList(list: unknown[]): unknown[] {
  spend(1 + list.length);
  return list;
}

function visitMap(map: CelMap): CelMap {
  spend(1 + keysOf(map).length);
  return map;
}

/** Spends for reading a text to its end, or for each element of a list or map. */
function countSize<T>(value: T): T {
  if (typeof value === "string") return countText(value);
  if (Array.isArray(value) || value instanceof Uint8Array) spend(value.length / ELEMENTS_PER_UNIT);
  return value;
}

function countText<T>(value: T): T {
  if (typeof value === "string") spend(value.length / CHARACTERS_PER_UNIT);
  return value;
}

/** Spends for everything that a comparison may have to look at. */
function countWhole<T>(value: T): T {
  countSize(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const parts: Iterable<unknown> =
    Array.isArray(value) || value instanceof Map ? value.values() : ownValues(value);
  for (const part of parts) {
    if (typeof part !== "object") continue;
    spend(1 / ELEMENTS_PER_UNIT);
    countWhole(part);
  }
  return value;
}

/** Of what JSON is made of alone; the library's own values are small. */
function ownValues(value: object): unknown[] {
  return Object.getPrototypeOf(value) === Object.prototype ? Object.values(value) : [];
}

function keysOf(map: CelMap): unknown[] {
  return map instanceof Map ? [...map.keys()] : Object.keys(map);
}

function indexesOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.map((_, index) => BigInt(index));
  if (typeof value !== "object" || value === null) throw new Error("no such overload");
  return keysOf(value as CelMap);
}

function hasField(owner: unknown, field: string): boolean {
  if (owner instanceof Map) return owner.has(field);
  if (typeof owner !== "object" || owner === null) throw new Error("no such overload");
  return Object.hasOwn(owner, field) && (owner as Record<string, unknown>)[field] !== undefined;
}
