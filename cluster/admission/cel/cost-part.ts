import type { CostRange } from "./cost-range.js";
import { exactly, UNKNOWN, unionOf } from "./cost-range.js";
import { SCALAR, type SizedType, TEXT } from "./sized-type.js";

/** What is known of a part of an expression: what it takes, and what it comes to. */
export interface Part {
  readonly cost: CostRange;
  readonly type: SizedType;
  /** The way to it from a variable: names of fields, `@items`, `@keys`, `@values`; empty where it is reached by none. */
  readonly path: readonly string[];
  readonly size?: CostRange | undefined;
  /** The sizes of what is in a list or map that the expression itself makes. */
  readonly entries?: Entries | undefined;
  /** The number or text that is written there. */
  readonly literal?: unknown;
}

/** Sizes of what is in a list or map. */
export interface Entries {
  readonly kind: "list" | "map";
  readonly key: CostRange;
  readonly value: CostRange;
}

/** The size where one is known, or could be anything. */
export function sizeOf({ size }: Part): CostRange {
  return size ?? UNKNOWN;
}

/** The entries that either may have; nothing certain where one has none that are known. */
export function entriesOf(one: Part, other: Part): Entries | undefined {
  if (one.entries === undefined || other.entries === undefined) return undefined;
  const { kind, key, value } = one.entries;
  return { kind, key: unionOf(key, other.entries.key), value: unionOf(value, other.entries.value) };
}

/**
 * The size at a path from a variable of the type `root`, which the first name on it is taken to be, whatever it is. Source:
 * kubernetes/kubernetes, apiextensions-apiserver/pkg/apiserver/schema/cel/compilation.go.
 */
export function sizeAt(root: SizedType, [variable, ...path]: readonly string[]): CostRange | undefined {
  if (variable === undefined) return undefined;
  let at: SizedType | undefined = root;
  for (const name of path) {
    if (name === "@items" || name === "@values") at = at.kind === "optional" ? undefined : at.element;
    else if (name === "@keys") at = at.kind === "map" ? TEXT : undefined;
    else at = at.fields?.get(name);
    if (at === undefined) return undefined;
  }
  return { min: 0, max: at.maxElements };
}

/** The size of everything of a type, where it is always the same. */
export function sizeOfType(type: SizedType): CostRange | undefined {
  const isScalar = type.kind === "scalar" || (type.kind === "optional" && type.element?.kind === "scalar");
  return isScalar ? exactly(1) : undefined;
}

/** What takes so much and comes to a number or a truth. */
export function scalarPart(cost: CostRange): Part {
  return { cost, type: SCALAR, path: [], size: exactly(1) };
}
