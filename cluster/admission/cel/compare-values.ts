import { isDeepStrictEqual, types } from "node:util";
import { Optional } from "@marcbachmann/cel-js";

import { spend } from "./evaluation-budget.js";

/** Order of two CEL values of one type, below, at or above zero. */
export function compareValues(left: unknown, right: unknown): number {
  const [a, b] = [comparable(left), comparable(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * CEL equality: numbers by value whatever their type, lists and maps by content at any depth, optionals by what they hold. Spends of the
 * running expression's budget for each element it looks at.
 */
export function equalValues(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined || b !== undefined) return a !== undefined && b !== undefined && a >= b && a <= b;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  spend(1);
  return equalParts(left, right);
}

function equalParts(left: object, right: object): boolean {
  if (left instanceof Optional || right instanceof Optional) return equalOptionals(left, right);
  if (Array.isArray(left) || Array.isArray(right)) return equalLists(left, right);
  if (isMap(left) || isMap(right)) return isMap(left) && isMap(right) && equalMaps(left, right);
  if (isDuration(left) || isDuration(right)) return equalDurations(left, right);
  return isDeepStrictEqual(left, right);
}

/** Length of time as the library has it, whose own fields nothing but its getters shows. */
export interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}

/** Whether it is a length of time, whose class the library keeps to itself. */
export function isDuration(value: object): value is Duration {
  return "seconds" in value && "nanos" in value && typeof value.seconds === "bigint";
}

function equalDurations(left: object, right: object): boolean {
  if (!isDuration(left) || !isDuration(right)) return false;
  return left.seconds === right.seconds && left.nanos === right.nanos;
}

/** The number a value is: whole numbers without a sign are objects in the library. */
function numberOf(value: unknown): bigint | number | undefined {
  if (typeof value === "bigint" || typeof value === "number") return value;
  if (typeof value !== "object" || value === null || Array.isArray(value) || isMap(value)) return undefined;
  const primitive: unknown = value.valueOf();
  return typeof primitive === "bigint" ? primitive : undefined;
}

function equalOptionals(left: unknown, right: unknown): boolean {
  if (!(left instanceof Optional) || !(right instanceof Optional)) return false;
  if (!left.hasValue() || !right.hasValue()) return left.hasValue() === right.hasValue();
  return equalValues(left.value(), right.value());
}

function equalLists(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  return left.every((item, index) => equalValues(item, right[index]));
}

/** Maps are objects where they come from JSON. */
function isMap(value: object): value is Map<unknown, unknown> | Record<string, unknown> {
  if (types.isMap(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function equalMaps(
  left: Map<unknown, unknown> | Record<string, unknown>,
  right: Map<unknown, unknown> | Record<string, unknown>,
): boolean {
  const [a, b] = [left, right].map((map) => (map instanceof Map ? map : new Map(Object.entries(map))));
  if (a?.size !== b?.size) return false;
  return [...(a ?? [])].every(([key, value]) => b?.has(key) === true && equalValues(value, b.get(key)));
}

function comparable(value: unknown): string | number | bigint {
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return Number(value);
  const primitive: unknown = value?.valueOf();
  if (typeof primitive === "number" || typeof primitive === "bigint") return primitive;
  throw new Error("no such overload");
}
