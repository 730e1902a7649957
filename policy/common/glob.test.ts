import { describe, expect, it } from "vitest";

import { compileGlob, isCostly, matchesToken } from "./glob.js";

describe("compileGlob", () => {
  it.each([
    ["", "*"],
    ["**", "*"],
    ["busybox", "=busybox"],
    ["library/*", "^library/"],
    ["*.example.com", "$.example.com"],
    ["a*b", "~^(?:a.*b)$"],
    ["v1.*.x*", String.raw`~^(?:v1\..*\.x.*)$`],
  ])("compiles %j to %s", (glob, token) => {
    expect(compileGlob(glob)).toBe(token);
  });

  it("uses regular expressions only where nothing cheaper will do", () => {
    expect(["x", "x*", "*x", "*", "*x*"].map(compileGlob).map(isCostly)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});

describe("matchesToken", () => {
  it.each([
    ["*/http-echo", "library/http-echo", true],
    ["*/http-echo", "a/b/http-echo", true],
    ["*/http-echo", "http-echo", false],
    ["a.c*d", "abcd", false],
    ["v1.*", "v1.2", true],
    ["v1.*", "v12", false],
  ])("lets %s meet %s: %s", (glob, value, expected) => {
    expect(matchesToken(compileGlob(glob), value)).toBe(expected);
  });
});
