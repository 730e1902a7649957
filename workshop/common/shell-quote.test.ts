import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { fillTemplate } from "./template.js";

/** Where a value can stand in a command that prints it; `V` is the place. */
const PLACES = {
  "a word": "printf '%s' V",
  "part of a word": "printf '%s' a/V/b | sed 's|^a/||; s|/b$||'",
  "double quotes": "printf '%s' \"V\"",
  "part of double quotes": "printf '%s' \"it's (V)\" | sed \"s/^it's (//; s/)\\$//\"",
  "single quotes": "printf '%s' 'V'",
  "dollar quotes": "printf '%s' $'V'",
  "a here-document": "head -c -1 <<EOF\nV\nEOF",
  "an indented here-document": "head -c -1 <<-EOF\n\tV\n\tEOF",
  "a quoted here-document": "head -c -1 << 'EOF'\nV\nEOF",
  "a here-document behind an escaped one": "cat <<\\A <<B >/dev/null\n$x `\nA\n$x\nB\nprintf '%s' V",
  "a substitution": "printf '%s' \"$(printf '%s.' V)\" | sed '$s/\\.$//'",
  "quotes in a substitution in quotes": "printf '%s' \"$(printf '%s.' \"V\")\" | sed '$s/\\.$//'",
  "behind a comment with a quote": "# it's nothing\nprintf '%s' V",
  "behind an escaped quote": "true \\' \\\"; printf '%s' V",
  "behind a comment of the value": "true # V\nprintf '%s' V",
  "an assignment": "x=V; printf '%s' \"$x\"",
  "a here-string": "head -c -1 <<< V",
  "behind arithmetic": "(( 1 << 2 )); printf '%s' V",
  "an expression": "printf '%s' \"${x:-V}\"",
  "back-ticks": "printf '%s' `printf '%s' V`",
  "a substitution with case": "printf '%s' \"$(case a in a) printf %s V;; esac)\"",
  "a substitution in a here-document": "head -c -1 <<EOF\n$(printf '%s' V)\nEOF",
  "a delimiter": "head -c -1 <<V\nx\nV",
} as const;

/** Seeded, so that a failure can be looked at. */
function* randomValues(count: number): Generator<string> {
  const pieces = [
    "a",
    "Z",
    "0",
    " ",
    "  ",
    "'",
    '"',
    "\\",
    "$",
    "$HOME",
    "`",
    "!",
    "!!",
    "#",
    ";",
    "&",
    "|",
    "(",
    ")",
    "$(id)",
    "`id`",
    "<",
    ">",
    "*",
    "?",
    "[",
    "]",
    "{",
    "}",
    "{a,b}",
    "~",
    "=",
    "-",
    "--",
    "^",
    "%",
    "/",
    ".",
    "é",
    "日本",
    "👩‍💻",
    "EOF",
    "A",
    "B",
    "\\n",
    "${x}",
    "it's",
  ];
  let state = 20_261_127;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
  for (let made = 0; made < count; made++)
    yield Array.from({ length: next(7) }, () => pieces[next(pieces.length)]).join("");
}

function fill(place: string, value: string): string | undefined {
  const { text, fillings } = fillTemplate(place.replaceAll("V", "{{ v }}"), { v: value });
  try {
    return fillings.shell(text);
  } catch {
    return undefined;
  }
}

/** Runs all commands in one shell, each by itself, and returns what each printed. */
function printed(commands: readonly string[]): string[] {
  const script = commands.map((command) => `(\n${command}\n) </dev/null\nprintf '\\0'`).join("\n");
  const output = execFileSync("bash", ["--norc", "-s"], { input: script, encoding: "utf8", maxBuffer: 1e8 });
  return output.split("\0").slice(0, -1);
}

describe("a value in a command", () => {
  const values = ["Hello $HOME it's", "EOF", "", "a b", "x'\"y", ...randomValues(60)];

  it.each(Object.entries(PLACES))("arrives byte for byte in %s, or is refused", (_name, place) => {
    const filled = values.flatMap((value) => {
      const command = fill(place, value);
      return command === undefined ? [] : [{ value, command }];
    });
    const outputs = printed(filled.map(({ command }) => command));
    const wrong = filled
      .filter(({ value }, at) => outputs[at] !== value)
      .map(({ value, command }, at) => ({ value, command, printed: outputs[at] }));
    expect(wrong).toEqual([]);
  });

  it.each([
    "a word",
    "double quotes",
    "single quotes",
    "dollar quotes",
    "a here-document",
    "a quoted here-document",
    "a substitution",
    "a here-string",
  ] as const)("is not refused in %s", (place) => {
    expect(values.filter((value) => value !== "EOF" && fill(PLACES[place], value) === undefined)).toEqual([]);
  });

  it.each([
    ["back-ticks", "a b"],
    ["an expression", "a b"],
    ["a delimiter", "EOF"],
    ["a here-document", "EOF"],
    ["a word", "two\nlines"],
    ["a word", "\u001b[31m"],
  ] as const)("is refused in %s where it is %j, by name", (place, value) => {
    const { text, fillings } = fillTemplate(PLACES[place].replaceAll("V", "{{ v }}"), { v: value });
    expect(() => fillings.shell(text)).toThrow("the value of {{ v }} cannot stand where it does");
  });
});
