import { describe, expect, it } from "vitest";
import { programWords, readCommands } from "./simple-commands.js";

function commandsOf(text: string): string[] {
  return readCommands(text).commands.map((command) =>
    programWords(command)
      .map(({ text: word }) => word)
      .join("|"),
  );
}

describe("a text of commands", () => {
  it.each([
    ["a b; c && d || e | f & g", ["a|b", "c", "d", "e", "f", "g"]],
    ["a 'b; c' \"d | e\" f\\ g", ["a|b; c|d | e|f g"]],
    ["A=1 B=2 sudo -E env C=3 a b >out 2>&1 < in", ["a|b"]],
    ["if a; then b; fi\nwhile ! c; do d; done", ["a", "b", "fi", "c", "d", "done"]],
    ["(a; b) # c\nd", ["a", "b", "d"]],
    ['x="$(a `b "c d"` | e)" f', ["b|c d", "a|$()", "e", "f"]],
    ["a \\\n  b\nc", ["a|b", "c"]],
    [
      "f() { a; }; function g { b; }",
      ["f()", "{|a"].map((words) => words.replace("{|", "")).concat(["", "function|g|{|b", ""]),
    ],
    ["a <<<'b' c", ["a|b|c"]],
    ["'never closed", ["never closed"]],
  ])("%s", (text, commands) => {
    expect(commandsOf(text).filter((words) => words !== "}" && words !== "")).toEqual(
      commands.filter((words) => words !== ""),
    );
  });

  it("gives here-documents apart, and lines as they are", () => {
    const { commands, documents } = readCommands("a <<EOF <<-'END' | b\n1 $(c)\nEOF\n\t2\n\tEND\nd\n");
    expect(documents).toEqual([
      { text: "1 $(c)", line: 1 },
      { text: "\t2", line: 3 },
    ]);
    expect(commands.map(({ words }) => [words[0]?.text, words[0]?.line])).toEqual([
      ["a", 0],
      ["b", 0],
      ["d", 5],
    ]);
  });

  it("is read in one go, however deep and unclosed", () => {
    const text = `${"$(a `b ".repeat(20_000)}${"<<X ".repeat(1000)}\n${"y\n".repeat(20_000)}`;
    expect(readCommands(text).commands.length).toBeGreaterThan(10_000);
  });
});
