import { Optional } from "@marcbachmann/cel-js";

import { compareValues, equalValues } from "./compare-values.js";
import { spend } from "./evaluation-budget.js";
import type { CelLibrary } from "./library.js";
import { registerAll, registerNamespace } from "./library.js";

/** Kubernetes' own list functions and CEL's list extension. */
export const listsLibrary: CelLibrary = (environment) => {
  registerAll(environment, {
    "list<A>.isSorted(): bool": isSorted,
    "list<A>.sum(): A": sum,
    "list<A>.min(): A": (list: unknown[]) => extreme(list, "min", -1),
    "list<A>.max(): A": (list: unknown[]) => extreme(list, "max", 1),
    "list<A>.indexOf(dyn): int": (list: unknown[], wanted: unknown) =>
      BigInt(walked(list).findIndex((item) => equalValues(item, wanted))),
    "list<A>.lastIndexOf(dyn): int": (list: unknown[], wanted: unknown) =>
      BigInt(walked(list).findLastIndex((item) => equalValues(item, wanted))),
    "list<A>.slice(int, int): list<A>": slice,
    "list<A>.flatten(): list<dyn>": (list: unknown[]) => walked(list).flat(),
    "list<A>.flatten(int): list<dyn>": (list: unknown[], depth: bigint) => walked(list).flat(Number(depth)),
    "list<A>.sort(): list<A>": (list: unknown[]) => walked(list).toSorted(compareValues),
    "list<A>.reverse(): list<A>": (list: unknown[]) => walked(list).toReversed(),
    "list<A>.distinct(): list<A>": distinct,
    "list<A>.first(): optional<A>": (list: unknown[]) => Optional.of(list[0]),
    "list<A>.last(): optional<A>": (list: unknown[]) => Optional.of(list.at(-1)),
  });
  registerNamespace(environment, "lists", "kubernetes.Lists");
  registerAll(environment, { "kubernetes.Lists.range(int): list<int>": range });
};

function walked(list: unknown[]): unknown[] {
  spend(1 + list.length);
  return list;
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
  throw new Error("no such overload");
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
