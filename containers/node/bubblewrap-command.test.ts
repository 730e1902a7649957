import { expect, it } from "vitest";
import { variablesText } from "./bubblewrap-command.js";

it("variables are handed over each as one argument", () => {
  expect(variablesText([["A", "b c\nd"]])).toBe("--setenv\0A\0b c\nd\0");
});

it("a zero byte in one adds no argument, it is refused", () => {
  expect(() => variablesText([["A", "x\0--bind\0/\0/host"]])).toThrow('"A" holds a zero byte');
});
