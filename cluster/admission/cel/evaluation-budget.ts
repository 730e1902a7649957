/** Units one expression may spend: an element walked, a hundred characters matched. About 0.1 s of work, as the API server allows. */
export const MAX_EXPRESSION_UNITS = 100_000;

/** Characters read, or written, for one unit. */
export const CHARACTERS_PER_UNIT = 100;

let remaining = MAX_EXPRESSION_UNITS;

/** Runs `evaluate` with a budget of its own; nested calls (variables) spend from the same one. */
export function withBudget<T>(evaluate: () => T): T {
  const outer = remaining;
  remaining = MAX_EXPRESSION_UNITS;
  try {
    return evaluate();
  } finally {
    remaining = outer;
  }
}

/** Throws when the running expression has spent its budget. */
export function spend(units: number): void {
  remaining -= units;
  if (remaining < 0) throw new Error("operation cancelled: actual cost limit exceeded");
}
