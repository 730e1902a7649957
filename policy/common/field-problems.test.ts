import { describe, expect, it } from "vitest";
import { z } from "zod";

import { exceptionManifest } from "./exception.js";
import { fieldProblems } from "./field-problems.js";
import { policyManifest } from "./manifest.js";

/** What is told of a value that a schema does not take. */
function told(schema: z.ZodType, value: unknown): string {
  const { error } = schema.safeParse(value);
  return error ? fieldProblems(error.issues, "manifest", value).text : "";
}

const fullName = { name: "a" };

describe("what is wrong with a field", () => {
  it.each([
    [exceptionManifest, { fullName }, "spec: expected an object, and nothing came"],
    [exceptionManifest, "x", 'manifest: expected an object, and "x" came'],
    [policyManifest, { fullName, spec: [] }, "spec: expected an object, and a list came"],
    [
      policyManifest,
      { fullName, spec: { recipe: "magic" } },
      'spec.recipe: expected "require-digest", "block-latest-tag", "allowed-name-tag", "custom", or "require-signature", and "magic" came',
    ],
    [
      policyManifest,
      { fullName, spec: { recipe: "custom", input: { audit: "yes" } } },
      'spec.input.audit: expected true or false, and "yes" came',
    ],
    [
      policyManifest,
      { fullName, spec: { recipe: "custom", input: { rules: [{ port: {} }] } } },
      "spec.input.rules.0.port: expected a text, a number, or null, and an object came",
    ],
    [
      policyManifest,
      { fullName, meta: { description: "x".repeat(1001) }, spec: { recipe: "require-digest" } },
      "meta.description: must have at most 1000 characters",
    ],
    [z.strictObject({}), { secret: 1 }, 'manifest: has no field "secret"'],
    [z.object({ key: z.number() }), { key: "s".repeat(60) }, "key: expected a number, and another text came"],
    [z.object({ name: z.string().min(1) }), { name: "" }, "name: must not be empty"],
  ])("is said in words of ours", (schema, value, words) => {
    expect(told(schema, value)).toBe(words);
  });

  it("is what a schema says itself, and of ten thousand fields the first twenty", () => {
    expect(told(policyManifest, { fullName: { name: "No" }, spec: { recipe: "require-digest" } })).toMatch(
      /^fullName\.name: must be lowercase letters/,
    );
    const many = Array.from({ length: 10_000 }, () => "x");
    expect(told(z.array(z.number()), many)).toMatch(
      /^0: expected a number, and "x" came; .*; and 9980 more$/,
    );
  });
});
