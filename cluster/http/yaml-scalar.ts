import { YamlFault } from "./yaml-fault.js";

const LONG_TAG = "tag:yaml.org,2002:";
const RESOLVED_TAGS = new Set(["", "!!str", "!!bool", "!!int", "!!float", "!!null", "!!timestamp"]);
const WORDS = new Map<string, { tag: string; value: boolean | number | null }>([
  ...["y", "Y", ...cased("yes"), ...cased("true"), ...cased("on")].map((text) => word(text, "!!bool", true)),
  ...["n", "N", ...cased("no"), ...cased("false"), ...cased("off")].map((text) =>
    word(text, "!!bool", false),
  ),
  ...["", "~", ...cased("null")].map((text) => word(text, "!!null", null)),
  ...[".nan", ".NaN", ".NAN"].map((text) => word(text, "!!float", Number.NaN)),
  ...[".inf", ".Inf", ".INF"].flatMap((text) => [
    word(text, "!!float", Infinity),
    word(`+${text}`, "!!float", Infinity),
    word(`-${text}`, "!!float", -Infinity),
  ]),
]);
/** As Go reads integers with a prefix. */
const INTEGER = /^([-+]?)(?:0x([0-9a-f]+)|0b([01]+)|0o?([0-7]+)|(0|[1-9][0-9]*))$/i;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?$/i;
const TIME =
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/** A scalar as the YAML 1.1 of a Kubernetes API server takes it, whose library has its own ideas of numbers and times; throws `YamlFault`. */
export function scalarValue(tag: string | undefined, text: string): string | number | boolean | null {
  const short = (tag ?? "").replace(LONG_TAG, "!!");
  if (short === "!!binary") return fromBase64(text);
  if (short === "!!str" || !RESOLVED_TAGS.has(short)) return text;
  const { tag: found, value } = resolved(text);
  if (short === "" || short === found) return found === "!!timestamp" ? text : value;
  if (short === "!!float" && found === "!!int") return value;
  throw new YamlFault(`yaml: cannot decode ${found} \`${text}\` as a ${short}`);
}

function resolved(text: string): { tag: string; value: string | number | boolean | null } {
  const known = WORDS.get(text);
  if (known !== undefined) return known;
  const first = text.charAt(0);
  // Times are told from words so that they can be refused for numbers.
  if (TIME.test(text)) return { tag: "!!timestamp", value: text };
  const plain = first === "." ? text : text.replaceAll("_", "");
  if (/^[-+0-9]/.test(text)) {
    const integer = integerOf(plain);
    if (integer !== undefined) return { tag: "!!int", value: integer };
  }
  const number = /^[-+.0-9]/.test(text) && FLOAT.test(plain) ? Number(plain) : Infinity;
  // What is beyond the largest number stays a text.
  return Number.isFinite(number) ? { tag: "!!float", value: number + 0 } : { tag: "!!str", value: text };
}

function integerOf(plain: string): number | undefined {
  const [, sign = "", hex, binary, octal, decimal = ""] = INTEGER.exec(plain) ?? [];
  const digits = hex ? `0x${hex}` : binary ? `0b${binary}` : octal ? `0o${octal}` : decimal;
  if (digits === "") return undefined;
  const value = sign === "-" ? -BigInt(digits) : BigInt(digits);
  return value < MIN_INT64 || value > MAX_UINT64 ? undefined : Number(value);
}

function fromBase64(text: string): string {
  const plain = text.replaceAll(/[\r\n]/g, "");
  if (!BASE64.test(plain)) throw new YamlFault("yaml: !!binary value contains invalid base64 data");
  return Buffer.from(plain, "base64").toString("utf8");
}

function cased(text: string): string[] {
  return [text, `${text.charAt(0).toUpperCase()}${text.slice(1)}`, text.toUpperCase()];
}

function word<Value extends boolean | number | null>(
  text: string,
  tag: string,
  value: Value,
): [string, { tag: string; value: Value }] {
  return [text, { tag, value }];
}
