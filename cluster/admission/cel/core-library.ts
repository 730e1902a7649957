import { compareValues } from "./compare-values.js";
import type { CelLibrary } from "./library.js";
import { registerAll } from "./library.js";
import { spend } from "./evaluation-budget.js";
import { regularExpression } from "./regular-expression.js";

/** One unit of budget pays for matching this many characters. */
const CHARACTERS_PER_UNIT = 100;

/** One unit of budget pays for copying or comparing this many elements, of the kind a loop visits one for. */
const ELEMENTS_PER_UNIT = 16;

const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";
const NANOSECONDS = 1_000_000_000n;

/** As the library has it: the sum of both. */
interface CelDuration {
  seconds: bigint;
  nanos: number;
}

type CelMap = Record<string, unknown> | Map<unknown, unknown>;

/** Regular expressions by RE2, conversions of times that the library lacks, and the functions `executableSource` writes into expressions. */
export const coreLibrary: CelLibrary = (environment) => {
  registerAll(environment, {
    "string.re2Matches(string): bool": (text: string, pattern: string) => matcher(text, pattern).find(),
    "string.find(string): string": (text: string, pattern: string) => findAll(text, pattern, 1)[0] ?? "",
    "string.findAll(string): list<string>": (text: string, pattern: string) =>
      findAll(text, pattern, Infinity),
    "string.findAll(string, int): list<string>": (text: string, pattern: string, limit: bigint) =>
      findAll(text, pattern, limit < 0n ? Infinity : Number(limit)),
    [`string(${TIMESTAMP}): string`]: (time: Date) =>
      time
        .toISOString()
        .replace(/(\.[0-9]*?)0+Z$/, "$1Z")
        .replace(".Z", "Z"),
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
    "__mapOf(list<dyn>): map<dyn, dyn>": (entries: [unknown, unknown][]) => new Map(entries),
  });
};

/** Seconds, with no more decimals than it takes. */
function durationText({ seconds, nanos }: CelDuration): string {
  const total = seconds * NANOSECONDS + BigInt(nanos);
  const size = total < 0n ? -total : total;
  const decimals = String(size % NANOSECONDS)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${total < 0n ? "-" : ""}${size / NANOSECONDS}${decimals === "" ? "" : `.${decimals}`}s`;
}

function matcher(text: string, pattern: string): { find(): boolean; group(): string | null } {
  spend(1 + Math.ceil(text.length / CHARACTERS_PER_UNIT));
  return regularExpression(pattern).matcher(text);
}

function findAll(text: string, pattern: string, limit: number): string[] {
  const found: string[] = [];
  const search = matcher(text, pattern);
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
