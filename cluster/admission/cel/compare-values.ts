import { isDeepStrictEqual } from "node:util";

/** Order of two CEL values of one type, below, at or above zero. */
export function compareValues(left: unknown, right: unknown): number {
  const [a, b] = [comparable(left), comparable(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** CEL equality: numbers by value whatever their type, lists and maps by content. */
export function equalValues(left: unknown, right: unknown): boolean {
  if (isNumeric(left) && isNumeric(right)) return Number(left) === Number(right);
  return isDeepStrictEqual(left, right);
}

function isNumeric(value: unknown): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

function comparable(value: unknown): string | number | bigint {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return Number(value);
  const primitive: unknown = value?.valueOf();
  if (typeof primitive === "number" || typeof primitive === "bigint") return primitive;
  throw new Error("no such overload");
}
