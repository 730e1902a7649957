import { Optional } from "@marcbachmann/cel-js";

import { equalValues } from "./compare-values.js";
import type { CelLibrary } from "./library.js";
import { registerAll } from "./library.js";

/** What the evaluator's own optional values lack of CEL's (`cel.OptionalTypes` of cel-go). */
export const optionalLibrary: CelLibrary = (environment) => {
  environment.registerOperator("optional<dyn> == optional<dyn>: bool", equalValues);
  registerAll(environment, {
    "OptionalNamespace.ofNonZeroValue(A): optional<A>": (_namespace: object, value: unknown) =>
      isZero(value) ? Optional.none() : Optional.of(value),
    "OptionalNamespace.unwrap(list<dyn>): list<dyn>": (_namespace: object, list: unknown[]) =>
      list.filter(isPresent).map((optional) => optional.value()),
    "__present(optional<dyn>): list<dyn>": (optional: unknown) =>
      isPresent(optional) ? [optional.value()] : [],
    // Of two entries of one key the later one is kept.
    "__entries(list<dyn>): map<dyn, dyn>": (lists: [unknown, unknown][][]) => new Map(lists.flat()),
    "__joined(list<dyn>): list<dyn>": (lists: unknown[][]) => lists.flat(),
  });
};

function isPresent(value: unknown): value is Optional {
  if (!(value instanceof Optional)) throw new Error("no such overload");
  return value.hasValue();
}

/** Whether it is what a field of its type is that nobody has set. */
function isZero(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return !value;
  if (value instanceof Optional) return !value.hasValue();
  if (value instanceof Map || value instanceof Set) return value.size === 0;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length === 0;
  const primitive: unknown = value.valueOf();
  if (typeof primitive === "bigint" || typeof primitive === "number") return Number(primitive) === 0;
  return Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).length === 0;
}
