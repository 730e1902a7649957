import { expect, it } from "vitest";
import { parseYaml } from "./decode-body.js";

const refuse = (fault: string): Error => new Error(fault);

function read(text: string | Buffer): Promise<unknown> {
  return parseYaml(Buffer.from(text), refuse).then(({ value }) => value);
}

/** As a Kubernetes API server reads them; `test/kubernetes/parity/yaml-bodies.test.ts` compares with a real one. */
it.each([
  ["[y, No, on, tRue]", [true, false, true, "tRue"]],
  [
    "[010, 0o10, 0x1F, 0b11, 1_000, -010, 08, 0x1FFFFFFFFFFFFFFFF]",
    [8, 8, 31, 3, 1000, -8, 8, "0x1FFFFFFFFFFFFFFFF"],
  ],
  ["[1e3, 1e400, +.5, 5., _1, 1:30]", [1000, "1e400", 0.5, 5, "_1", "1:30"]],
  [
    "[2020-01-01, 2020-01-01T00:00:00Z, !!timestamp 2020-01-01]",
    ["2020-01-01", "2020-01-01T00:00:00Z", "2020-01-01"],
  ],
  ["[!!binary aGk=, !!str 5, !!float 3, !!int '5', !foo 5]", ["hi", "5", 3, 5, "5"]],
  ["{1: a, true: b, 2020-01-01: c}", { "1": "a", true: "b", "2020-01-01": "c" }],
  ["{b: 3, <<: {b: 2}, c: &c {d: 1}, e: {<<: [*c, {d: 2, f: 3}]}}", { b: 2, c: { d: 1 }, e: { d: 1, f: 3 } }],
  ["a: b\n---\nc: d\n", { a: "b" }],
  ["# nothing\n", null],
])("the YAML %j means what it means to a real server", async (text, value) => {
  expect(await read(text)).toEqual(value);
});

it.each([
  [".nan", "json: unsupported value: NaN"],
  ["!!int x", "yaml: cannot decode !!str `x` as a !!int"],
  ["{~: a}", 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "a"'],
  ["{[1]: a}", "yaml: invalid map key: []interface {}{1}"],
  ["a: &a [*a]", "yaml: anchor 'a' value contains itself"],
  ["a: *b", "yaml: unknown anchor 'b' referenced"],
  ["<<: 5", "yaml: map merge requires map or sequence of maps as the value"],
  ["a: b\n c: d", "yaml: line 2: mapping values are not allowed in this context"],
  ["a: [", "yaml: line 1: did not find expected node content"],
  ["a:\n\tb: c", "yaml: line 2: found character that cannot start any token"],
  ["%YAML 1.2\n---\na: b", "yaml: found incompatible YAML document"],
  [Buffer.from([0x61, 0x3a, 0x20, 0xff]), "yaml: invalid leading UTF-8 octet"],
  ["a: \u0001", "yaml: control characters are not allowed"],
])("the YAML %j is refused in the words of a real server", async (text, fault) => {
  await expect(read(text)).rejects.toThrow(fault);
});

it("keys given twice are told to strict readers, and the name of a prototype is a key like others", async () => {
  const { duplicates, value } = await parseYaml(Buffer.from("a: 1\n__proto__:\n  x: 1\na: 2\n"), refuse);
  expect(duplicates).toEqual(['line 4: key "a" already set in map']);
  expect(Object.keys(value as object)).toEqual(["a", "__proto__"]);
});

it("aliases that write out far more than the text holds are refused", async () => {
  const lists = ["x", "*a", "*b"].map(
    (item, at) => `${"abc".charAt(at)}: &${"abc".charAt(at)} [${`${item},`.repeat(200)}]`,
  );
  await expect(read(lists.join("\n"))).rejects.toThrow("yaml: document contains excessive aliasing");
});
