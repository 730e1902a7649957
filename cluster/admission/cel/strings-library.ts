import type { CelLibrary } from "./library.js";
import { registerAll, registerNamespace } from "./library.js";

/** The string functions Kubernetes has and the CEL library lacks. */
export const stringsLibrary: CelLibrary = (environment) => {
  registerAll(environment, {
    "string.charAt(int): string": charAt,
    "string.replace(string, string): string": (text: string, from: string, to: string) =>
      text.replaceAll(from, () => to),
    "string.replace(string, string, int): string": replaceSome,
    "string.reverse(): string": (text: string) => Array.from(text).toReversed().join(""),
    "string.format(list<dyn>): string": format,
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

function replaceSome(text: string, from: string, to: string, limit: bigint): string {
  if (limit < 0n) return text.replaceAll(from, () => to);
  const parts = text.split(from);
  const count = Math.min(Number(limit), parts.length - 1);
  return (
    parts
      .slice(0, count)
      .map((part) => part + to)
      .join("") + parts.slice(count).join(from)
  );
}

const VERB = /%(%|(?:\.(\d+))?([sdfebxXo]))/g;

function format(template: string, values: unknown[]): string {
  let next = 0;
  return template.replaceAll(
    VERB,
    (_, whole: string, precision: string | undefined, verb: string | undefined) => {
      if (whole === "%") return "%";
      if (next >= values.length) throw new Error(`index ${next} out of range`);
      const value = values[next];
      next += 1;
      return formatOne(verb ?? "s", value, precision === undefined ? 6 : Number(precision));
    },
  );
}

function formatOne(verb: string, value: unknown, precision: number): string {
  switch (verb) {
    case "f":
      return Number(value).toFixed(precision);
    case "e":
      return Number(value)
        .toExponential(precision)
        .replace(/e([+-])(\d)$/, (_, sign: string, digit: string) => `e${sign}0${digit}`);
    case "b":
      return typeof value === "boolean" ? (value ? "1" : "0") : integer(value, verb).toString(2);
    case "o":
      return integer(value, verb).toString(8);
    case "d":
      return integer(value, verb).toString();
    case "x":
    case "X": {
      const text =
        typeof value === "string" ? Buffer.from(value).toString("hex") : integer(value, verb).toString(16);
      return verb === "X" ? text.toUpperCase() : text;
    }
    default:
      return asText(value);
  }
}

function integer(value: unknown, verb: string): bigint {
  if (typeof value === "bigint") return value;
  throw new Error(`error during formatting: %${verb} takes an integer, not ${typeof value}`);
}

/** How `%s` prints a value, nested ones included. */
function asText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(asText).join(", ")}]`;
  if (typeof value !== "object") return `${value as bigint}`;
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  if (value.constructor !== Object && !(value instanceof Map)) return (value as Date).toString();
  const sorted = entries.map(([key, field]) => `${asText(key)}: ${asText(field)}`).toSorted();
  return `{${sorted.join(", ")}}`;
}
