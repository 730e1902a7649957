import { Optional } from "@marcbachmann/cel-js";

import { compareValues, equalValues } from "./compare-values.js";
import { spend } from "./evaluation-budget.js";
import type { CelLibrary } from "./library.js";
import { registerAll, registerNamespace } from "./library.js";

const DURATION = "google.protobuf.Duration";
/** What can be added up, and what has an order. */
const SUMMED = ["int", "uint", "double", DURATION, "dyn"];
const ORDERED = [...SUMMED, "bool", "string", "bytes", "google.protobuf.Timestamp"];

/** Kubernetes' own list functions and CEL's list extension. */
export const listsLibrary: CelLibrary = (environment) => {
  registerAll(environment, {
    "list<A>.indexOf(dyn): int": indexOf,
    "list<A>.__indexOf(dyn): int": indexOf,
    "list<A>.lastIndexOf(dyn): int": lastIndexOf,
    "list<A>.__lastIndexOf(dyn): int": lastIndexOf,
    "list<A>.slice(int, int): list<A>": slice,
    "list<A>.flatten(): list<dyn>": (list: unknown[]) => flattened(list, 1),
    "list<A>.flatten(int): list<dyn>": (list: unknown[], depth: bigint) => flattened(list, Number(depth)),
    "list<A>.sort(): list<A>": (list: unknown[]) => walked(list).toSorted(compareValues),
    "list<A>.reverse(): list<A>": (list: unknown[]) => walked(list).toReversed(),
    "list<A>.distinct(): list<A>": distinct,
    "list<A>.first(): optional<A>": (list: unknown[]) => Optional.of(list[0]),
    "list<A>.last(): optional<A>": (list: unknown[]) => Optional.of(list.at(-1)),
  });
  for (const type of SUMMED) registerAll(environment, { [`list<${type}>.sum(): ${type}`]: sum });
  for (const type of ORDERED) {
    registerAll(environment, {
      [`list<${type}>.isSorted(): bool`]: isSorted,
      [`list<${type}>.min(): ${type}`]: (list: unknown[]) => extreme(list, "min", -1),
      [`list<${type}>.max(): ${type}`]: (list: unknown[]) => extreme(list, "max", 1),
    });
  }
  registerNamespace(environment, "lists", "kubernetes.Lists");
  registerAll(environment, { "kubernetes.Lists.range(int): list<int>": range });
};

function walked(list: unknown[]): unknown[] {
  spend(1 + list.length);
  return list;
}

/** A list may be in another many times over, so that what comes of it is paid for as it grows. */
function flattened(list: unknown[], depth: number): unknown[] {
  const flat: unknown[] = [];
  const grow = (items: unknown[], left: number): void => {
    for (const item of walked(items))
      if (Array.isArray(item) && left > 0) grow(item, left - 1);
      else flat.push(item);
  };
  grow(list, depth);
  return flat;
}

function indexOf(list: unknown[], wanted: unknown): bigint {
  return BigInt(walked(list).findIndex((item) => equalValues(item, wanted)));
}

function lastIndexOf(list: unknown[], wanted: unknown): bigint {
  return BigInt(walked(list).findLastIndex((item) => equalValues(item, wanted)));
}

function isSorted(list: unknown[]): boolean {
  return walked(list).every((item, index) => index === 0 || compareValues(list[index - 1], item) <= 0);
}

function sum(list: unknown[]): unknown {
  const [first, ...rest] = walked(list);
  return rest.reduce(add, first ?? 0n);
}

function add(left: unknown, right: unknown): unknown {
  if (typeof left === "bigint" && typeof right === "bigint") return left + right;
  if (typeof left === "number" && typeof right === "number") return left + right;
  if (isLength(left) && isLength(right)) return left.addDuration(right);
  throw new Error("no such overload");
}

/** A length of time, whose class the library keeps to itself. */
function isLength(value: unknown): value is { addDuration: (other: unknown) => unknown } {
  return typeof value === "object" && value !== null && "addDuration" in value;
}

function extreme(list: unknown[], name: string, sign: number): unknown {
  const [first, ...rest] = walked(list);
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return rest.reduce((best, item) => (compareValues(item, best) * sign > 0 ? item : best), first);
}

function slice(list: unknown[], from: bigint, to: bigint): unknown[] {
  const size = BigInt(list.length);
  if (from < 0n || to < 0n) throw new Error(`cannot slice(${from}, ${to}), negative indexes not supported`);
  if (from > to)
    throw new Error(`cannot slice(${from}, ${to}), start index must be less than or equal to end index`);
  if (to > size) throw new Error(`cannot slice(${from}, ${to}), list is length ${size}`);
  return walked(list).slice(Number(from), Number(to));
}

function distinct(list: unknown[]): unknown[] {
  const kept: unknown[] = [];
  for (const item of walked(list)) {
    spend(kept.length);
    if (!kept.some((other) => equalValues(other, item))) kept.push(item);
  }
  return kept;
}

function range(_: unknown, size: bigint): bigint[] {
  spend(Math.max(0, Number(size)));
  return Array.from({ length: Math.max(0, Number(size)) }, (_item, index) => BigInt(index));
}
