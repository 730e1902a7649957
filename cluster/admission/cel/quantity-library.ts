import type { Quantity } from "../../schema/quantity.js";
import { parseQuantity } from "../../schema/quantity.js";
import type { CelLibrary } from "./library.js";
import { registerAll } from "./library.js";

const TYPE = "kubernetes.Quantity";
const NANOS = 1_000_000_000n;
const MAX_INT = 2n ** 63n - 1n;

class CelQuantity {
  readonly nano: bigint;

  constructor(nano: bigint) {
    this.nano = nano;
  }

  valueOf(): bigint {
    return this.nano;
  }
}

type Operand = CelQuantity | bigint;

/** `quantity()`, `isQuantity()` and arithmetic on quantities. */
export const quantityLibrary: CelLibrary = (environment) => {
  environment.registerType(TYPE, CelQuantity);
  environment.registerOperator(
    `${TYPE} == ${TYPE}`,
    (left: CelQuantity, right: CelQuantity) => left.nano === right.nano,
  );
  registerAll(environment, {
    [`quantity(string): ${TYPE}`]: (text: string) => new CelQuantity(parse(text).nano),
    "isQuantity(string): bool": (text: string) => parseQuantity(text) !== undefined,
    // A function and no method, unlike all others.
    [`sign(${TYPE}): int`]: ({ nano }: CelQuantity) => (nano > 0n ? 1n : nano < 0n ? -1n : 0n),
    [`${TYPE}.isInteger(): bool`]: ({ nano }: CelQuantity) => nano % NANOS === 0n,
    [`${TYPE}.asInteger(): int`]: asInteger,
    [`${TYPE}.asApproximateFloat(): double`]: ({ nano }: CelQuantity) => Number(nano) / Number(NANOS),
    [`${TYPE}.isLessThan(${TYPE}): bool`]: (left: CelQuantity, right: CelQuantity) => left.nano < right.nano,
    [`${TYPE}.isGreaterThan(${TYPE}): bool`]: (left: CelQuantity, right: CelQuantity) =>
      left.nano > right.nano,
    [`${TYPE}.compareTo(${TYPE}): int`]: ({ nano }: CelQuantity, other: CelQuantity) =>
      nano < other.nano ? -1n : nano > other.nano ? 1n : 0n,
    [`${TYPE}.add(${TYPE}): ${TYPE}`]: plus,
    [`${TYPE}.add(int): ${TYPE}`]: plus,
    [`${TYPE}.sub(${TYPE}): ${TYPE}`]: minus,
    [`${TYPE}.sub(int): ${TYPE}`]: minus,
  });
};

function parse(text: string): Quantity {
  const quantity = parseQuantity(text);
  if (quantity) return quantity;
  throw new Error(
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  );
}

function asInteger({ nano }: CelQuantity): bigint {
  const whole = nano / NANOS;
  if (nano % NANOS !== 0n || whole > MAX_INT || whole < -MAX_INT - 1n)
    throw new Error("cannot convert value to integer");
  return whole;
}

function plus(left: CelQuantity, right: Operand): CelQuantity {
  return new CelQuantity(left.nano + nanoOf(right));
}

function minus(left: CelQuantity, right: Operand): CelQuantity {
  return new CelQuantity(left.nano - nanoOf(right));
}

function nanoOf(operand: Operand): bigint {
  return typeof operand === "bigint" ? operand * NANOS : operand.nano;
}
