import { isDuration } from "./compare-values.js";
import { CHARACTERS_PER_UNIT, spend } from "./evaluation-budget.js";
import type { CelDuration } from "./time-text.js";
import { durationText, timestampText } from "./time-text.js";

/** One `%` of a format string, and the text before it. */
interface Clause {
  before: string;
  verb: string;
  precision: number | undefined;
}

/** A format string in its parts; `rest` is behind the last clause. */
export interface ParsedFormat {
  clauses: readonly Clause[];
  rest: string;
}

const DEFAULT_PRECISION = 6;
const INTEGERS = ["int", "uint"];
/** What each verb takes, and how the API server says that it takes nothing else. */
const TAKES: Record<string, { types: readonly string[]; only: string }> = {
  s: {
    types:
      "string bool bytes int uint double map list type null_type google.protobuf.Duration google.protobuf.Timestamp".split(
        " ",
      ),
    only: "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps",
  },
  d: { types: INTEGERS, only: "decimal clause can only be used on integers" },
  f: { types: ["double"], only: "fixed-point clause can only be used on doubles" },
  e: { types: ["double"], only: "scientific clause can only be used on doubles" },
  b: { types: [...INTEGERS, "bool"], only: "only integers and bools can be formatted as binary" },
  x: {
    types: [...INTEGERS, "string", "bytes"],
    only: "only integers, byte buffers, and strings can be formatted as hex",
  },
  o: { types: INTEGERS, only: "octal clause can only be used on integers" },
};

/** Reads a format string; throws what the API server says of one that is none. */
export function parseFormat(template: string): ParsedFormat {
  const clauses: Clause[] = [];
  let [before, at] = ["", 0];
  while (at < template.length) {
    const next = template.indexOf("%", at);
    if (next === -1) break;
    before += template.slice(at, next);
    if (next + 1 === template.length) throw new Error("unexpected end of string");
    if (template[next + 1] === "%") {
      before += "%";
      at = next + 2;
      continue;
    }
    const [clause, precision, verb = ""] = /^(?:\.(\d+))?(.?)/su.exec(template.slice(next + 1)) ?? [""];
    if (verb === "") throw new Error("unexpected end of string");
    if (TAKES[verb.toLowerCase() === "x" ? "x" : verb] === undefined)
      throw new Error(
        `could not parse formatting clause: unrecognized formatting clause ${JSON.stringify(verb)}`,
      );
    clauses.push({ before, verb, precision: precision === undefined ? undefined : Number(precision) });
    before = "";
    at = next + 1 + clause.length;
  }
  return { clauses, rest: before + template.slice(at) };
}

/** Why a verb does not take a value of this type. */
export function clauseFault(verb: string, type: string): string | undefined {
  const { types, only } = TAKES[verb.toLowerCase()] ?? { types: [], only: "" };
  return types.includes(type) ? undefined : `error during formatting: ${only}, was given ${type}`;
}

/** `text.format(list)`, as the strings extension of cel-go has it. */
export function formatText(template: string, values: unknown[]): string {
  const { clauses, rest } = parseFormat(template);
  const parts = clauses.map(({ before, verb, precision }, index) => {
    if (index >= values.length) throw new Error(`index ${index} out of range`);
    const value = values[index];
    const fault = clauseFault(verb, typeNameOf(value));
    if (fault !== undefined) throw new Error(fault);
    return before + formatOne(verb, value, precision);
  });
  return parts.join("") + rest;
}

function formatOne(verb: string, value: unknown, precision: number | undefined): string {
  switch (verb) {
    case "f":
      return grouped(fixed(Number(value), precision ?? DEFAULT_PRECISION));
    case "e":
      return scientific(Number(value));
    case "b":
      return typeof value === "boolean" ? (value ? "1" : "0") : BigInt(String(value)).toString(2);
    case "o":
      return BigInt(String(value)).toString(8);
    case "d":
      return String(value);
    case "x":
      return hex(value);
    case "X":
      return hex(value).toUpperCase();
    default:
      return typeof value === "string" ? value : plainText(value);
  }
}

function hex(value: unknown): string {
  if (typeof value === "string" || value instanceof Uint8Array)
    return Buffer.from(value as string).toString("hex");
  return BigInt(String(value)).toString(16);
}

/** A number with so many decimals, rounded as Go does: by its exact value, and of two neighbours that are as near to the even one. */
function fixed(value: number, precision: number): string {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : Number.isNaN(value) ? "NaN" : "-∞";
  spend(precision / CHARACTERS_PER_UNIT);
  const decimals = Math.min(precision, MAX_DECIMALS);
  const digits = String(scaled(Math.abs(value), decimals)).padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  const fraction = digits.slice(point) + "0".repeat(precision - decimals);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return `${sign}${digits.slice(0, point)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Behind as many decimals every number ends. */
const MAX_DECIMALS = 1074;

/** The whole number nearest to `value` times ten to the power of `decimals`. */
function scaled(value: number, decimals: number): bigint {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const whole = bits.getBigUint64(0);
  const [exponent, fraction] = [Number(whole >> 52n), whole & (2n ** 52n - 1n)];
  const mantissa = exponent === 0 ? fraction : fraction | (2n ** 52n);
  const power = BigInt(Math.max(exponent, 1) - 1075);
  const product = mantissa * 10n ** BigInt(decimals);
  if (power >= 0n) return product << power;
  const quotient = product >> -power;
  const twice = (product - (quotient << -power)) * 2n;
  const unit = 1n << -power;
  const isUp = twice > unit || (twice === unit && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

function grouped(text: string): string {
  return text.replace(/\d+/, (whole) => whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ","));
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** The number of decimals that is asked for does not count. */
function scientific(value: number): string {
  if (!Number.isFinite(value)) return fixed(value, 0);
  const [mantissa = "", exponent = ""] = value.toExponential(DEFAULT_PRECISION).split("e");
  const digits = exponent.slice(1).padStart(2, "0");
  const raised = digits.replaceAll(/\d/g, (digit) => RAISED.charAt(Number(digit)));
  return `${mantissa}×10${exponent.startsWith("-") ? "⁻" : ""}${raised}`;
}

/** How `%s` prints what is no text. */
function plainText(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (value instanceof Date) return timestampText(value);
  if (isLength(value)) return durationText(value);
  if (isType(value)) return value.name;
  if (typeof value === "object" && !isUnsigned(value)) return insideText(value);
  return typeof value === "number" ? numberText(value) : `${value as bigint}`;
}

/** Inside of lists and maps a value shows its type. */
function insideText(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") return fixed(value, DEFAULT_PRECISION);
  if (Array.isArray(value)) return `[${value.map(insideText).join(", ")}]`;
  if (value instanceof Uint8Array) return `b${JSON.stringify(plainText(value))}`;
  if (value instanceof Date) return `timestamp(${JSON.stringify(plainText(value))})`;
  if (isLength(value)) return `duration(${JSON.stringify(plainText(value))})`;
  if (typeNameOf(value) !== "map") return plainText(value);
  const entries: [unknown, unknown][] =
    value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value as object);
  const shown = entries.map(([key, field]): [string, string] => [insideText(key), insideText(field)]);
  return `{${shown
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, field]) => `${key}:${field}`)
    .join(", ")}}`;
}

/** A number as Go prints the shortest text of it that is exact. */
export function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  const size = Math.abs(value);
  if (value === 0 || Number.isNaN(value) || (size >= 1e-4 && size < 1e21)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/** A type, whose class the library keeps to itself. */
function isType(value: unknown): value is { name: string } {
  return typeof value === "object" && value !== null && /^Type<.*>$/.test(toText(value));
}

function isLength(value: unknown): value is CelDuration {
  return typeof value === "object" && value !== null && isDuration(value);
}

function isUnsigned(value: unknown): boolean {
  if (typeof value !== "object" || value === null || value instanceof Date) return false;
  return typeof value.valueOf() === "bigint" && /^\d+$/.test(toText(value));
}

function toText(value: object): string {
  const { toString } = value as { toString: unknown };
  if (typeof toString !== "function" || toString === Object.prototype.toString) return "";
  return String(toString.call(value));
}

/** The type of a value by its name in CEL. */
function typeNameOf(value: unknown): string {
  if (value === null) return "null_type";
  if (isUnsigned(value)) return "uint";
  if (value instanceof Date) return "google.protobuf.Timestamp";
  if (isLength(value)) return "google.protobuf.Duration";
  if (value instanceof Uint8Array) return "bytes";
  if (isType(value)) return "type";
  if (Array.isArray(value)) return "list";
  if (
    value instanceof Map ||
    (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype)
  )
    return "map";
  const plain = { string: "string", boolean: "bool", bigint: "int", number: "double" } as Record<
    string,
    string
  >;
  return plain[typeof value] ?? value?.constructor.name ?? "dyn";
}
