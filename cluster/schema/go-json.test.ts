import { describe, expect, it } from "vitest";
import { goJsonFault } from "./go-json.js";

// As a real API server of 1.35.4 refused each.
describe("a text that is no JSON is refused as Go does", () => {
  it.each([
    ["", "unexpected end of JSON input"],
    ["{", "unexpected end of JSON input"],
    ['{"a":1', "unexpected end of JSON input"],
    ['{"a":"b', "unexpected end of JSON input"],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
    ["nul", "invalid character ' ' in literal null (expecting 'l')"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ["{a:1}", "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1} x', "invalid character 'x' after top-level value"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ["[1,]", "invalid character ']' looking for beginning of value"],
    [String.raw`{"a":"\x"}`, "invalid character 'x' in string escape code"],
    ['{"a":01}', "invalid character '1' after object key:value pair"],
    ['{"a":-}', "invalid character '}' in numeric literal"],
    ['{"a":1.}', "invalid character '}' after decimal point in numeric literal"],
    ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
    ['{"a":"\u0001"}', String.raw`invalid character '\x01' in string literal`],
    [String.raw`{"a":"\u12x"}`, String.raw`invalid character 'x' in \u hexadecimal character escape`],
    ['{"a":[1 2]}', "invalid character '2' after array element"],
    ['{"é":é}', "invalid character 'Ã' looking for beginning of value"],
  ])("%j", (text, fault) => {
    expect(goJsonFault(text)).toBe(fault);
  });
});
