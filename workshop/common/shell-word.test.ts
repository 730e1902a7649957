import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { shellWord } from "./shell-word.js";

it.each([
  ["labs/one", "labs/one"],
  ["../a b", "'../a b'"],
  ["x$(id)", "'x$(id)'"],
  ["it's", `'it'\\''s'`],
  ["-rf", "./-rf"],
  ["-r f", "'./-r f'"],
  ["~root", "'~root'"],
  ["", "''"],
])("the path %j is written %s in a command, and is one word to a shell", (path, written) => {
  expect(shellWord(path)).toBe(written);
  const read = execFileSync("sh", ["-c", `printf '%s|' ${written}`], { encoding: "utf8" });
  expect(read).toBe(`${path.startsWith("-") ? "./" : ""}${path}|`);
});
