import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { TestApi } from "../api-for-tests.js";
import { startTestApi } from "../api-for-tests.js";
import { bindPolicy } from "./policies-for-tests.js";

let cluster: TestApi;
let policyNumber = 0;

beforeAll(async () => {
  cluster = await startTestApi();
});

afterAll(() => cluster.close());

describe("expressions that do not compile are refused with the policy", () => {
  test.each([
    ["foo == 1", "undeclared reference to 'foo' (in container '')\n | foo == 1\n | ^"],
    ["variables.nope == 1", "undeclared reference to 'variables' (in container '')"],
    ["'a' + 1 == 'b'", "found no matching overload for '_+_' applied to '(string, int)'"],
    ["object.spec.", "Syntax error: "],
    ["1 + 1", "must evaluate to bool but got int"],
  ])("%s", async (expression, why) => {
    await expect(bindPolicy(cluster, { policy: { validations: [{ expression }] } })).rejects.toMatchObject({
      message: expect.stringContaining(why) as unknown,
      status: { code: 422, details: { causes: [{ field: "spec.validations[0].expression" }] } },
    });
  });
});

describe("contradictions are refused", () => {
  test.each<[string, object, object]>([
    [
      "spec.validations[0].reason: Unsupported value",
      { validations: [{ expression: "true", reason: "Nope" }] },
      {},
    ],
    [
      'spec.variables[0].name: Invalid value: "a b": must be a valid CEL identifier',
      { variables: [{ name: "a b", expression: "1" }] },
      {},
    ],
    ["validations or auditAnnotations must contain at least one item", { validations: [] }, {}],
    [
      "spec.validationActions: Required value: at least one validation action is required",
      {},
      { validationActions: [] },
    ],
    ["must not contain both Deny and Warn", {}, { validationActions: ["Deny", "Warn"] }],
    ["spec.paramRef.parameterNotFoundAction: Required value", {}, { paramRef: { name: "x" } }],
    ["one of name or selector must be specified", {}, { paramRef: { parameterNotFoundAction: "Deny" } }],
  ])("%s", async (text, policy, binding) => {
    policyNumber += 1;
    const name = `p${policyNumber}`;
    await expect(bindPolicy(cluster, { name, policy, binding })).rejects.toThrow(text);
  });
});
