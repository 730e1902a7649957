import { asText } from "../api/field-access.js";

/** Quantities are exact: nano-units in a BigInt. */
const NANO = 1_000_000_000n;
const PATTERN = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;

const DECIMAL_SUFFIXES = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY_SUFFIXES = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/** What the API says of text that is no quantity. */
export const QUANTITY_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

export function isQuantity(value: unknown): boolean {
  return PATTERN.test(asText(value));
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`; both must be quantities. */
export function compareQuantities(a: string, b: string): number {
  const [left, right] = [nanoUnits(a), nanoUnits(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The way Kubernetes writes a quantity back, such as `500m` for `0.5`; `undefined` for what is no quantity. */
export function canonicalQuantity(value: unknown): string | undefined {
  const text = asText(value);
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const nano = nanoUnits(text);
  const suffix = match[3] ?? "";
  const sign = nano < 0n ? "-" : "";
  const size = nano < 0n ? -nano : nano;
  if (size === 0n) return "0";
  if (suffix.endsWith("i") && size % NANO === 0n) return sign + binaryText(size / NANO);
  if (/^[eE]/.test(suffix)) return sign + exponentText(size);
  return sign + decimalText(size);
}

/** The value in units of 10^-9, rounded up as Kubernetes rounds. */
export function nanoUnits(text: string): bigint {
  const match = PATTERN.exec(text);
  if (match === null) throw new RangeError(`${text} should be a quantity. ${QUANTITY_ERROR}`);
  const [, sign, digits = "0", suffix = ""] = match;
  const [whole = "", fraction = ""] = digits.split(".");
  let numerator = BigInt(`${whole}${fraction}` || "0") * NANO;
  let denominator = 10n ** BigInt(fraction.length);
  const exponent = exponentOf(suffix);
  if (suffix.endsWith("i")) numerator *= 1024n ** BigInt(BINARY_SUFFIXES.indexOf(suffix));
  else if (exponent >= 0) numerator *= 10n ** BigInt(exponent);
  else denominator *= 10n ** BigInt(-exponent);
  const rounded = (numerator + denominator - 1n) / denominator;
  return sign === "-" ? -rounded : rounded;
}

function exponentOf(suffix: string): number {
  if (/^[eE][+-]?\d+$/.test(suffix)) return Number(suffix.slice(1));
  return (DECIMAL_SUFFIXES.indexOf(suffix) - 3) * 3;
}

function decimalText(nano: bigint): string {
  let rest = nano;
  let step = 0;
  while (rest % 1000n === 0n && step < DECIMAL_SUFFIXES.length - 1) {
    rest /= 1000n;
    step += 1;
  }
  return `${rest}${DECIMAL_SUFFIXES[step] ?? ""}`;
}

function binaryText(units: bigint): string {
  let rest = units;
  let step = 0;
  while (rest % 1024n === 0n && step < BINARY_SUFFIXES.length - 1) {
    rest /= 1024n;
    step += 1;
  }
  return `${rest}${BINARY_SUFFIXES[step] ?? ""}`;
}

function exponentText(nano: bigint): string {
  let rest = nano;
  let exponent = -9;
  while (rest % 1000n === 0n) {
    rest /= 1000n;
    exponent += 3;
  }
  return exponent === 0 ? `${rest}` : `${rest}e${exponent}`;
}
