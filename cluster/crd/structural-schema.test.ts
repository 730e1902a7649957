import { expect, it, vi } from "vitest";
import { DeclaredTypes } from "../admission/cel/declared-types.js";
import { TypeBudget } from "../admission/cel/type-budget.js";
import type { JsonObject } from "../api/field-access.js";
import { FieldErrors } from "../validation/field-errors.js";
import { validateStructural } from "./structural-schema.js";

const WIDTH = 50;
const DEPTH = 55;
const named = Array.from({ length: WIDTH }, (_, i) => `self.b${i} == null`).join(" || ");

/** Objects within objects, each with many objects beside the next, and a rule at each that names all of them. */
function nested(depth: number): JsonObject {
  const leaf = { type: "object", properties: { a: { type: "string" } } };
  const beside = Object.fromEntries(Array.from({ length: WIDTH }, (_, i) => [`b${i}`, leaf]));
  return {
    type: "object",
    properties: { ...beside, a: depth === 0 ? { type: "string" } : nested(depth - 1) },
    "x-kubernetes-validations": [{ rule: `has(self.a) || ${named}` }],
  };
}

it("declares no more types for a definition than its budget pays for, however many rules ask for them", () => {
  const declare = vi.spyOn(DeclaredTypes.prototype, "declareObject");
  try {
    const budget = new TypeBudget(2000);
    const errors = new FieldErrors();
    validateStructural(nested(DEPTH), { path: "schema", budget }, errors);
    expect(errors.list).toEqual([]);
    const fields = declare.mock.calls.reduce((sum, [, each]) => sum + Object.keys(each).length, 0);
    expect(declare.mock.calls.length).toBeGreaterThan(WIDTH);
    expect(declare.mock.calls.length + fields).toBeLessThanOrEqual(2000);
    expect(budget.spent).toBe(2000);
  } finally {
    declare.mockRestore();
  }
});

it("takes fields that are named or any others, not both beside each other", () => {
  const properties = { a: { type: "string" } };
  const additionalProperties = { type: "string" };
  expect(JSON.stringify(judged({ type: "object", properties, additionalProperties }))).toContain(
    "additionalProperties and properties are mutual exclusive",
  );
  expect(judged({ type: "object", properties })).toEqual([]);
  expect(judged({ type: "object", properties: { b: { type: "object", additionalProperties } } })).toEqual([]);
});

it("lets a whole number or a text be said by anyOf, and by nothing that is nearly so", () => {
  const mixed = [{ type: "integer" }, { type: "string" }];
  expect(judged(mixedField({ anyOf: mixed }))).toEqual([]);
  expect(judged(mixedField({ allOf: [{ anyOf: mixed }, { pattern: "a" }] }))).toEqual([]);
  for (const content of [{ oneOf: mixed }, { anyOf: mixed.toReversed() }, { allOf: [{}, { anyOf: mixed }] }])
    expect(JSON.stringify(judged(mixedField(content)))).toContain("must be empty to be structural");
});

function judged(schema: JsonObject): unknown {
  const errors = new FieldErrors();
  validateStructural(schema, { path: "schema", budget: new TypeBudget(2000) }, errors);
  return errors.list;
}

function mixedField(content: object): JsonObject {
  return { type: "object", properties: { a: { "x-kubernetes-int-or-string": true, ...content } } };
}
