import { expect, it } from "vitest";
import { wordsAndCode } from "./code-words.js";

it.each([
  ["Pin it, as `crane digest nginx` prints it.", ["Pin it, as ", "<crane digest nginx>", " prints it."]],
  ["`a` and `b`", ["<a>", " and ", "<b>"]],
  ["one ` alone", ["one ` alone"]],
  ["", []],
])("shows what is between backticks of %j as code", (text, shown) => {
  expect(wordsAndCode(text).map(({ words, isCode }) => (isCode ? `<${words}>` : words))).toEqual(shown);
});
