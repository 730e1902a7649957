/** Characters that mean more than themselves, so that no words can be made of what they stand in. */
const OTHER_MEANING = "(){}?*+]";

/**
 * The words a pattern looks for, for a sentence to a learner: `/FailedCreate.*busybox/` becomes `FailedCreate and busybox`, `/created|unchanged/`
 * becomes `created or unchanged`. `undefined` where it is more than words with gaps and alternatives.
 */
export function patternWords(pattern: string): string | undefined {
  const alternatives: string[][] = [[""]];
  for (let at = 0; at < pattern.length;) {
    const read = readPiece(pattern, at);
    if (read === undefined) return undefined;
    const words = alternatives.at(-1) ?? [];
    if (read.piece === "|") alternatives.push([""]);
    else if (read.piece === undefined) words.push("");
    else words.push((words.pop() ?? "") + read.piece);
    at = read.end;
  }
  const texts = alternatives.map((words) => words.map((word) => word.trim()).filter(Boolean));
  if (texts.some((words) => words.length === 0)) return undefined;
  return listed(
    texts.map((words) => listed(words.map(quoted), "and")),
    "or",
  );
}

interface Piece {
  /** `undefined` for a gap, `|` for the next alternative. */
  piece: string | undefined;
  end: number;
}

function readPiece(pattern: string, at: number): Piece | undefined {
  const character = pattern[at] ?? "";
  if (character === "^" || character === "$") return { piece: "", end: at + 1 };
  if (character === "|") return { piece: "|", end: at + 1 };
  if (character === ".") return readDot(pattern, at);
  if (character === "[") return readLetter(pattern, at);
  if (character === "\\") return readEscape(pattern, at);
  return OTHER_MEANING.includes(character) ? undefined : { piece: character, end: at + 1 };
}

/** `.*` and `.+` are a gap; a lone dot is nearly always meant as one. */
function readDot(pattern: string, at: number): Piece {
  if (pattern[at + 1] !== "*" && pattern[at + 1] !== "+") return { piece: ".", end: at + 1 };
  return { piece: undefined, end: pattern[at + 2] === "?" ? at + 3 : at + 2 };
}

/** `[Ff]` is a letter, large or small. */
function readLetter(pattern: string, at: number): Piece | undefined {
  const [large = "", small = "", close] = pattern.slice(at + 1, at + 4);
  if (close !== "]" || large.toLowerCase() !== small.toLowerCase()) return undefined;
  return { piece: small.toLowerCase(), end: at + 4 };
}

function readEscape(pattern: string, at: number): Piece | undefined {
  const escaped = pattern[at + 1] ?? "";
  if (escaped === "b") return { piece: "", end: at + 2 };
  if (escaped === "s") return { piece: " ", end: "+*".includes(pattern[at + 2] ?? " ") ? at + 3 : at + 2 };
  return escaped === "" || /[a-zA-Z0-9]/.test(escaped) ? undefined : { piece: escaped, end: at + 2 };
}

function quoted(word: string): string {
  return word.includes(" ") ? `“${word}”` : word;
}

function listed(words: readonly string[], joint: "and" | "or"): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${joint} ${last}`;
}
