import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";
import { parse } from "yaml";

import { fromCelValue, toCelValue } from "./cel-value.js";
import type { Program } from "./compile.js";
import { compileExpression } from "./compile.js";

interface Case {
  expression: string;
  gives?: unknown;
  fails?: string;
  rejected?: string;
}

const cases = parse(readFileSync(new URL("./testdata/expressions.yaml", import.meta.url), "utf8")) as Case[];

const OPTIONS = { hasParams: true, hasAuthorizer: false, variables: {} };

const bindings = {
  object: toCelValue({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", labels: { app: "web", class: "gold" } },
    spec: {
      replicas: 3,
      template: {
        spec: {
          containers: [
            {
              name: "web",
              image: "nginx:1.27",
              env: [{ name: "A", value: "1" }],
              resources: { limits: { cpu: "500m" } },
            },
            { name: "side", image: "registry.example.com/side:2" },
          ],
        },
      },
    },
  }),
  oldObject: null,
  params: toCelValue({ data: { a: "1" } }),
};

function compiled(expression: string): Program {
  const program = compileExpression(expression, OPTIONS);
  if ("error" in program) throw new Error(program.error);
  return program;
}

describe("expressions", () => {
  test.each(cases.filter((one) => "gives" in one))("$expression", ({ expression, gives }) => {
    expect(fromCelValue(compiled(expression).evaluate(bindings))).toEqual(gives);
  });

  test.each(cases.filter((one) => "fails" in one))("$expression fails", ({ expression, fails }) => {
    expect(() => compiled(expression).evaluate(bindings)).toThrow(fails);
  });

  test.each(cases.filter((one) => "rejected" in one))(
    "$expression does not compile",
    ({ expression, rejected }) => {
      expect(compileExpression(expression, OPTIONS)).toEqual({
        error: expect.stringContaining(rejected ?? "") as unknown,
      });
    },
  );
});

test("a regular expression that would backtrack for ever runs in milliseconds", () => {
  const program = compiled("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('^(a+)+$')");
  const before = process.cpuUsage();
  expect(program.evaluate({})).toBe(false);
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(500_000);
});

test("loops inside loops end at the budget instead of holding up the server", () => {
  const list = Array.from({ length: 2000 }, (_, index) => index);
  const program = compiled("object.all(a, object.all(b, object.all(c, a + b + c >= 0)))");
  const before = process.cpuUsage();
  expect(() => program.evaluate({ object: toCelValue(list) })).toThrow(
    "operation cancelled: actual cost limit exceeded",
  );
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(3_000_000);
});

test.each([
  "object.all(a, a in object)",
  "object.all(a, object == object.map(b, b))",
  "object.all(a, object + object != [])",
  "object.all(a, object.join('').size() > 0)",
  "object.all(a, sets.contains(object, [a]))",
  "object.all(a, {'x': object} != {'x': [a]})",
  "object.map(a, object).all(a, object.map(b, object).all(b, a == b))",
])("%s ends at the budget, which pays for what each turn of a loop reads", (source) => {
  const list = Array.from({ length: 20_000 }, (_, index) => `name-${index}`);
  expect(() => compiled(source).evaluate({ object: list })).toThrow("actual cost limit exceeded");
});

test("a loop may look into a list as long as itself", () => {
  const list = Array.from({ length: 1000 }, (_, index) => `name-${index}`);
  expect(compiled("object.all(a, a in object)").evaluate({ object: list })).toBe(true);
});

test.each([
  "object.s.lowerAscii() != ''",
  "(object.s + object.s).size() > 0",
  "object.s < object.s2",
  "object.s.size() > 0",
])("%s in a loop is paid for by the length of the text", (source) => {
  const object = {
    l: Array.from({ length: 20_000 }, () => 1n),
    s: "x".repeat(1_000_000),
    s2: "x".repeat(1_000_001),
  };
  expect(() => compiled(`object.l.all(a, ${source})`).evaluate({ object })).toThrow(
    "actual cost limit exceeded",
  );
});

const LONG = 40_000;

test.each([
  ["object.s.indexOf(object.part)", "a".repeat(LONG) + "b", -1n],
  ["object.s.lastIndexOf(object.part)", "a".repeat(LONG) + "b", -1n],
  ["object.s.lastIndexOf(object.part)", "b" + "a".repeat(LONG), -1n],
  ["object.s.contains(object.part)", "b" + "a".repeat(LONG), false],
  ["object.s.split(object.part).size()", "a".repeat(LONG / 2) + "b" + "a".repeat(LONG / 2), 1n],
  ["object.s.replace(object.part, '') == object.s", "a".repeat(LONG / 2) + "b" + "a".repeat(LONG / 2), true],
  ["url('https://a/?' + object.s.replace('a', 'a=1&')).getQuery()['a'].size()", "", BigInt(2 * LONG)],
])("%s takes time with the length of the texts, whatever is in them", (source, part, result) => {
  const program = compiled(source);
  const before = process.cpuUsage();
  expect(program.evaluate({ object: { s: "a".repeat(2 * LONG), part } })).toBe(result);
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(400_000);
});

test.each([
  ["object.s.replace('', object.s).size()", { s: "a".repeat(10_000) }],
  ["object.l.map(x, object.l).flatten().size()", { l: Array.from({ length: 1000 }, () => 1n) }],
  ["'%.99999999999f'.format([1.5])", {}],
])("%s ends at the budget, which pays for what is made", (source, object) => {
  expect(() => compiled(source).evaluate({ object })).toThrow("actual cost limit exceeded");
});

test("question marks of thousands of entries are read in one go", () => {
  const before = process.cpuUsage();
  const source = `[${Array.from({ length: 20_000 }, () => "?object.?a").join(", ")}]`;
  expect(compileExpression(source, OPTIONS)).toMatchObject({
    error: expect.stringContaining("maxListElements") as string,
  });
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(4_000_000);
});

test("a chain of a hundred conditions compiles", () => {
  const chain = Array.from({ length: 100 }, (_, index) => `object.spec.replicas != ${index + 10}`).join(
    " && ",
  );
  expect(compiled(chain).evaluate(bindings)).toBe(true);
});

test("an expression may not be larger than a policy has reason to be", () => {
  const huge = Array.from({ length: 20_000 }, () => "1").join(" + ");
  expect(compileExpression(huge, OPTIONS)).toHaveProperty("error");
});
