import { equalValues } from "./compare-values.js";
import { spend } from "./evaluation-budget.js";
import type { CelLibrary } from "./library.js";
import { registerAll, registerNamespace } from "./library.js";

/** `sets.contains`, `sets.equivalent`, `sets.intersects`. */
export const setsLibrary: CelLibrary = (environment) => {
  registerNamespace(environment, "sets", "kubernetes.Sets");
  registerAll(environment, {
    "kubernetes.Sets.contains(list<A>, list<A>): bool": (_: unknown, list: unknown[], part: unknown[]) =>
      contains(list, part),
    "kubernetes.Sets.equivalent(list<A>, list<A>): bool": (_: unknown, left: unknown[], right: unknown[]) =>
      contains(left, right) && contains(right, left),
    "kubernetes.Sets.intersects(list<A>, list<A>): bool": (_: unknown, left: unknown[], right: unknown[]) =>
      left.some((item) => has(right, item)),
  });
};

function contains(list: unknown[], part: unknown[]): boolean {
  return part.every((item) => has(list, item));
}

function has(list: unknown[], wanted: unknown): boolean {
  spend(1 + list.length);
  return list.some((item) => equalValues(item, wanted));
}
