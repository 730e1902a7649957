/** Decimal places kept: quantities go down to `n`, a billionth. */
const SCALE = 1_000_000_000n;

const SUFFIXES: Record<string, bigint> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  "": SCALE,
  k: 1_000n * SCALE,
  M: 1_000_000n * SCALE,
  G: 1_000_000_000n * SCALE,
  T: 1_000_000_000_000n * SCALE,
  P: 10n ** 15n * SCALE,
  E: 10n ** 18n * SCALE,
  Ki: 1024n * SCALE,
  Mi: 1024n ** 2n * SCALE,
  Gi: 1024n ** 3n * SCALE,
  Ti: 1024n ** 4n * SCALE,
  Pi: 1024n ** 5n * SCALE,
  Ei: 1024n ** 6n * SCALE,
};

const PATTERN = /^([+-]?)(\d+)?(?:\.(\d*))?(?:([eE])([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** Larger ones name no amount anybody has, and would make endless numbers. */
const MAX_EXPONENT = 30;
/** Characters of a quantity; the largest and most exact that Kubernetes keeps take a third. */
const MAX_CHARACTERS = 100;

/** What the API says of text that is no quantity. */
export const QUANTITY_ERROR =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

type Format = "decimal" | "binary" | "exponent";

/** A Kubernetes resource quantity: an exact number and the style it is printed in. */
export interface Quantity {
  /** Billionths. */
  readonly nano: bigint;
  readonly format: Format;
}

/** Quantities read before, by their texts. A quota names dozens, the same few in all namespaces, and is read with each object that it counts. */
const known = new Map<string, Quantity | undefined>();
const MAX_KNOWN = 1_000;

/** Reads `500m`, `1Gi`, `1e3`, `2`; `undefined` where the text is none. Fractions below a billionth round up, as in Kubernetes. */
export function parseQuantity(value: unknown): Quantity | undefined {
  const text = textOf(value);
  if (text.length > MAX_CHARACTERS) return undefined;
  const found = known.get(text);
  if (found !== undefined || known.has(text)) return found;
  const quantity = readQuantity(text);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, quantity);
  return quantity;
}

function readQuantity(text: string): Quantity | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", fraction = "", exponentMark, exponent, suffix = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  const power = Number(exponent ?? 0);
  if (Math.abs(power) > MAX_EXPONENT) return undefined;
  const unit = SUFFIXES[suffix] ?? SCALE;
  const digits = BigInt(whole + fraction) * unit * 10n ** BigInt(Math.max(power, 0));
  const divisor = 10n ** BigInt(fraction.length + Math.max(-power, 0));
  const magnitude = (digits + divisor - 1n) / divisor;
  const format = exponentMark ? "exponent" : suffix.endsWith("i") ? "binary" : "decimal";
  return { nano: sign === "-" ? -magnitude : magnitude, format };
}

function textOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : "";
}

export function isQuantity(value: unknown): boolean {
  return parseQuantity(value) !== undefined;
}

/** The way Kubernetes writes a quantity back, such as `500m` for `0.5`; `undefined` for what is no quantity. */
export function canonicalQuantity(value: unknown): string | undefined {
  const quantity = parseQuantity(value);
  return quantity && formatQuantity(quantity);
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`; both must be quantities. */
export function compareQuantities(a: string, b: string): number {
  const [left, right] = [nanoUnits(a), nanoUnits(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The value in billionths; throws `RangeError` for what is no quantity. */
export function nanoUnits(text: string): bigint {
  const quantity = parseQuantity(text);
  if (quantity === undefined) throw new RangeError(`${text} should be a quantity. ${QUANTITY_ERROR}`);
  return quantity.nano;
}

/** The sum in the left style; a zero takes the style of the other side. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  return { nano: left.nano + right.nano, format: left.nano === 0n ? right.format : left.format };
}

/** The canonical text: no fraction, the largest suffix that divides the number, as the API prints it. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return "0";
  const isWholeKibi = nano % SCALE === 0n && absolute(nano) >= 1024n * SCALE;
  if (format === "binary" && isWholeKibi) return withSuffix(nano, ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki", ""]);
  if (format === "exponent") return withExponent(nano);
  return withSuffix(nano, ["E", "P", "T", "G", "M", "k", "", "m", "u", "n"]);
}

function withSuffix(nano: bigint, suffixes: string[]): string {
  for (const suffix of suffixes) {
    const unit = SUFFIXES[suffix] ?? 1n;
    if (nano % unit === 0n) return `${nano / unit}${suffix}`;
  }
  return `${nano}n`;
}

function withExponent(nano: bigint): string {
  for (const power of [18, 15, 12, 9, 6, 3, 0, -3, -6, -9]) {
    const unit = 10n ** BigInt(power + 9);
    if (nano % unit === 0n) return power === 0 ? `${nano / unit}` : `${nano / unit}e${power}`;
  }
  return `${nano}e-9`;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
