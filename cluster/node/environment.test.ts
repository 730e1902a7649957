import { describe, expect, it } from "vitest";
import { VariableFiller } from "./environment.js";

describe("variables in the texts of a container", () => {
  it.each([
    ["$(A) and $(B)", "x and $(B)"],
    ["$$(A) and $$$(A)", "$(A) and $x"],
    ["$(A", "$(A"],
    ["$(A) $$ $(A", "x $ $(A"],
    ["a) $(A)$", "a) x$"],
  ])("are filled in as a kubelet does: %s", (text, filled) => {
    expect(new VariableFiller().fill(text, new Map([["A", "x"]]))).toBe(filled);
  });

  it("grow to more than a program can be handed and no further", () => {
    const filler = new VariableFiller();
    const variables = new Map([["A0", "x".repeat(1000)]]);
    for (let at = 1; at <= 60; at++)
      variables.set(`A${at}`, filler.fill(`$(A${at - 1})$(A${at - 1})`, variables));
    const total = [...variables.values()].reduce((sum, { length }) => sum + length, 0);
    expect(total).toBeGreaterThan(2 * 1024 * 1024);
    expect(total).toBeLessThan(16 * 1024 * 1024);
  });
});
