import { expect, it } from "vitest";
import { NO_ROOM, programWords, systemWords } from "./system-words.js";

it.each(["ENOSPC", "EDQUOT"])("%s is told with what a learner can do", (code) => {
  const error = Object.assign(new Error(`${code}: no space left on device, write`), { code });
  expect(systemWords(error)).toBe(NO_ROOM);
});

it("what nobody has better words for stays as the system or the program says it", () => {
  expect(systemWords(new Error("EIO: i/o error"))).toBe("EIO: i/o error");
  expect(systemWords("gone")).toBe("gone");
  expect(programWords("cat: a: Permission denied")).toBe("cat: a: Permission denied");
  expect(programWords("sh: 1: cannot create a: No space left on device")).toBe(NO_ROOM);
  expect(programWords("")).toBe("");
});
