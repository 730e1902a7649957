import { describe, expect, it } from "vitest";
import { MAX_YAML_CHARACTERS, YamlProblem, readYaml } from "./yaml-value.js";

function problemOf(text: string): YamlProblem {
  try {
    readYaml(text);
  } catch (error) {
    if (error instanceof YamlProblem) return error;
    throw error;
  }
  throw new Error("it was read");
}

describe("numbers and truth values of YAML", () => {
  const list = ["1.10", "010", "0x10", "1e3", "True", ".5"];

  it.each([
    ["behind a key", "a: 1.10\n", "1.10"],
    ["in a list", `a: [${list.join(", ")}, x, "2.0", [3.0]]\n`, [...list, "x", "2.0", [3]]],
    ["by a name", "b: &b 1.10\na: *b\n", "1.10"],
    ["in a list by a name", "b: &b 1.10\na: [*b, &c 2.0, *c]\n", ["1.10", "2.0", "2.0"]],
    ["in a list that has a name", "b: &b [1.10]\na: *b\n", ["1.10"]],
    ["in a map that is merged", "b: &b {a: 1.10}\n<<: *b\n", "1.10"],
    ["instead of what is merged", "b: &b {a: 1.10}\n<<: *b\na: x\n", "x"],
    ["in nothing", "b: 1\n", undefined],
  ])("are known as they are written %s", (_where, text, written) => {
    expect(readYaml(text).writtenAs("a")).toEqual(written);
  });
});

describe("aliases of YAML", () => {
  it("stand for the value named last above them", () => {
    const { value } = readYaml("a: &x {b: [1]}\nc: *x\nd: &x 2\ne: [*x, *x]\n");
    expect(value).toEqual({ a: { b: [1] }, c: { b: [1] }, d: 2, e: [2, 2] });
  });

  it("merge maps: own keys win, then those of the first map", () => {
    const text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  x: 3\n  <<: [*a, *b]\nd: {<<: *a, y: 4}\n";
    expect(readYaml(text).value).toMatchObject({ c: { x: 3, y: 1, z: 2 }, d: { x: 1, y: 4 } });
  });

  it("take no key for a merge that stands in quotes", () => {
    expect(readYaml('"<<": {a: 1}\n').value).toEqual({ "<<": { a: 1 } });
  });

  it("give no object another prototype", () => {
    const { value } = readYaml("a: &a {__proto__: {b: 1}}\nc: {<<: *a}\n") as { value: { c: object } };
    expect(Object.getPrototypeOf(value.c)).toBe(Object.prototype);
    expect(Object.keys(value.c)).toEqual(["__proto__"]);
  });

  it("are known for names on purpose, and a name that none asks for is not", () => {
    expect(readYaml("a: &x b\nc: *x\n").surprises).toEqual([]);
    expect(readYaml("a: &x b\n").surprises).toMatchObject([{ line: 1, key: "a" }]);
  });

  it.each([
    ["a: 1\nb: *.example.com\n", /and no value above it is named/],
    ["a: 1\nb: &b [*b]\n", /and no value above it is named/],
    ["a: 1\n<<: 2\n", /a map, or a list of maps/],
  ])("are refused with their line: %j", (text, message) => {
    const problem = problemOf(text);
    expect(problem.message).toMatch(message);
    expect(problem.line).toBe(2);
  });

  it("add no more than may be read, however they are multiplied", () => {
    const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    const problem = problemOf(["a0: &a0 [x, x, x]", ...levels].join("\n"));
    expect(problem.message).toMatch(new RegExp(`at most ${MAX_YAML_CHARACTERS} are read`));
    expect(problem.line).toBe(6);
    const merges = levels.map((line) => line.replace("[", "{<<: [").replace("]", "]}"));
    expect(readYaml(["a0: &a0 {x: y}", ...merges].join("\n")).value).toMatchObject({ a30: { x: "y" } });
  });

  it("nest no deeper than may be read", () => {
    const levels = Array.from({ length: 100 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`);
    const problem = problemOf(["a0: &a0 [x]", ...levels].join("\n"));
    expect(problem.message).toMatch(/nested more than 64 deep/);
    expect(problem.line).toBeGreaterThan(50);
  });
});
