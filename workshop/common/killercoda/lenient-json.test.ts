import { describe, expect, it } from "vitest";
import { faultyLine, lenientJson } from "./lenient-json.js";

describe("JSON with what authors write besides", () => {
  it.each([
    ['{"a": [1, 2,], "b": {"c": 1,},}', { a: [1, 2], b: { c: 1 } }],
    ['{ // one\n"a": "// no, ]", /* two, ] */ "b": ", }" }', { a: "// no, ]", b: ", }" }],
    ['[1, /* a */ "b" /* c */ , // d\n]', [1, "b"]],
    [String.raw`["\"//", "\\"]`, ['"//', "\\"]],
  ])("%j is read", (text, value) => {
    const { text: plain } = lenientJson(text);
    expect(JSON.parse(plain)).toEqual(value);
    expect(plain).toHaveLength(text.length);
  });

  it("stays as it is where it is JSON, and says where the first other thing stands", () => {
    expect(lenientJson('{"a": "b,]"}')).toEqual({ text: '{"a": "b,]"}' });
    expect(lenientJson("[1, 2, ] // x").at).toBe(5);
  });

  it.each(["[1,,]", "{,}x", '["a', "/* never closed"])("does not make JSON of %s", (text) => {
    expect(() => JSON.parse(lenientJson(text).text) as unknown).toThrow();
  });

  it.each([",/*".repeat(50_000), ",   ".repeat(50_000), "/".repeat(100_000), '"'.repeat(100_001)])(
    "is read in one go, whatever it holds (%#)",
    (text) => {
      expect(lenientJson(text).text).toHaveLength(text.length);
    },
  );

  it.each([
    ['{\n"a": 1\n"b": 2\n}', 3],
    ['{\n"a": "b\n"\n}', 2],
    ['{\n"a" {},\n"b": 1\n}', 2],
    ['{\n"a": 1,\n"b": [\n', 3],
    ["x", 1],
    ["{}\n\n{}", 3],
    ['{\n"a": 1,\nb: 2\n}', 3],
  ])("is told with the line where it goes wrong: %j", (text, line) => {
    expect(faultyLine(text)).toBe(line);
  });
});
