/** Characters of a command's output handed on; the last ones, because that is where errors stand. */
export const OUTPUT_LIMIT = 65_536;

/** What a person would read of raw terminal output: no escape sequences, overwritten lines as they ended. */
export function plainText(raw: string): { text: string; truncated: boolean } {
  const paper = new Paper();
  let state: State = "text";
  // One pass and no regular expression: a program chooses this text and could make a backtracking one take minutes.
  for (const character of raw) {
    if (state === "text" && character !== "\u001b") paper.put(character);
    else state = next(state, character, paper);
  }
  const text = paper.text();
  return { text: text.slice(-OUTPUT_LIMIT), truncated: text.length > OUTPUT_LIMIT };
}

type State = "text" | "escape" | "intermediate" | "csi" | "string" | "string-escape";

function next(state: State, character: string, paper: Paper): State {
  if (character === "\u001b") return state === "string" ? "string-escape" : "escape";
  switch (state) {
    case "text":
      return "text";
    case "escape":
      return afterEscape(character);
    case "intermediate":
      return character >= "0" ? "text" : "intermediate";
    case "csi":
      if (character === "K") paper.eraseToEnd();
      return character >= "@" && character <= "~" ? "text" : "csi";
    case "string":
      return character === "\u0007" ? "text" : "string";
    case "string-escape":
      return character === "\\" ? "text" : afterEscape(character);
  }
}

function afterEscape(character: string): State {
  if (character === "[") return "csi";
  if ("]PX^_".includes(character)) return "string";
  return character >= " " && character <= "/" ? "intermediate" : "text";
}

/** Lines of characters with a place where the next one goes. */
class Paper {
  readonly #lines: string[] = [];
  #line: string[] = [];
  #column = 0;

  put(character: string): void {
    if (character === "\n") {
      this.#lines.push(this.#line.join(""));
      this.#line = [];
      this.#column = 0;
    } else if (character === "\r") this.#column = 0;
    else if (character === "\b") this.#column = Math.max(0, this.#column - 1);
    else if (character === "\t" || (character >= " " && character !== "\u007f")) {
      this.#line[this.#column] = character;
      this.#column += 1;
    }
  }

  eraseToEnd(): void {
    this.#line.length = Math.min(this.#line.length, this.#column);
  }

  text(): string {
    return [...this.#lines, this.#line.join("")].join("\n");
  }
}
