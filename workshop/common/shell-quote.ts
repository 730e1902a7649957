import { EXPRESSIONS, type Place, quotedIn } from "./shell-place.js";

/** A value on its way into a command, and how the author named it. */
export interface ShellValue {
  text: string;
  written: string;
}

/** Characters that mean nothing to a POSIX shell wherever they stand. */
const PLAIN = /^[A-Za-z0-9_./:@%+=,-]*$/;

interface Delimiter {
  delimiter: string;
  isQuoted: boolean;
  stripsTabs: boolean;
}

/**
 * Reads a command as a POSIX shell does and puts values into it, each quoted so that the shell reads the value and nothing else: in
 * words, in the author's quotes, in here-documents and substitutions. Linear in the command.
 */
export class ShellReader {
  #command = "";
  readonly #places: Place[] = [{ kind: "words" }];
  /** Here-documents that begin on the next line. */
  readonly #awaited: Delimiter[] = [];
  /** The line of a here-document as far as it was read. */
  #line = "";
  #holdsValue: ShellValue | undefined;
  #isEscaped = false;
  #isWordStart = true;
  #parentheses: number[] = [];
  /** The shell reads `case` patterns with unpaired parentheses; behind one in a substitution nothing is certain. */
  #isUncertain = false;
  #word = "";
  /** The delimiter of a here-document may go on with what comes next. */
  #isInDelimiter = false;

  /** Text of the author. */
  read(text: string): void {
    if (text !== "") this.#isInDelimiter = false;
    for (let at = 0; at < text.length; at++) at += this.#step(text, at);
    this.#command += text;
  }

  /** A value, given the character behind it. Throws where no quoting would bring it there as it is. */
  insert(value: ShellValue, next: string): void {
    const { text, written } = value;
    if (/[\p{Cc}\u2028\u2029]/u.test(text))
      throw refused(written, "its value holds line ends or control characters, which cannot be typed");
    if (this.#isInDelimiter) throw refused(written, "it would be part of the word that ends a here-document");
    const place = this.#place;
    if (text === "") {
      const isOwnWord = place.kind === "words" && this.#isWordStart && /[\s;&|)]/.test(next);
      this.#put(isOwnWord ? "''" : "");
    } else this.#put(PLAIN.test(text) ? text : this.#quoted(value, place));
    if (place.kind === "document") {
      this.#line += text;
      this.#holdsValue = value;
    }
  }

  /** The command, with the last text of the author. Throws as `insert` does. */
  end(text: string): string {
    this.read(text);
    if (this.#place.kind === "document") this.#endLine();
    return this.#command;
  }

  get #place(): Place {
    return this.#places.at(-1) ?? { kind: "words" };
  }

  #put(text: string): void {
    this.#command += text;
    this.#isWordStart = false;
    this.#isEscaped = false;
    this.#word = "";
  }

  #quoted({ text, written }: ShellValue, place: Place): string {
    if (this.#isEscaped) throw refused(written, "a backslash stands right before it");
    if (this.#isUncertain)
      throw refused(written, "it stands behind a substitution whose end cannot be told for sure");
    if (this.#places.some((outer) => outer.kind === "words" && outer.closing === "`"))
      throw refused(written, "it stands between back-ticks; write $( ... ) instead");
    const expression = this.#places.find((outer) => outer.kind === "expression");
    if (expression) throw refused(written, `it stands inside of ${EXPRESSIONS[expression.closing]}`);
    if (place.kind === "expression")
      throw refused(written, `it stands inside of ${EXPRESSIONS[place.closing]}`);
    return quotedIn(place, text);
  }

  /** Reads one character, and says how many more were part of it. */
  #step(text: string, at: number): number {
    const place = this.#place;
    if (place.kind === "document") return this.#stepDocument(text, at, place);
    const character = text[at] ?? "";
    if (this.#isEscaped) {
      this.#isEscaped = false;
      this.#isWordStart = false;
      return 0;
    }
    if (place.kind === "comment") {
      if (character === "\n") {
        this.#places.pop();
        this.#newLine();
      }
      return 0;
    }
    if (place.kind === "single") {
      if (character === "'") this.#places.pop();
      return 0;
    }
    if (character === "\\") {
      this.#isEscaped = true;
      return 0;
    }
    if (place.kind === "ansi") {
      if (character === "'") this.#places.pop();
      return 0;
    }
    if (place.kind === "double") return this.#stepDouble(text, at);
    if (place.kind === "expression") return this.#stepExpression(text, at, place);
    return this.#stepWords(text, at, place);
  }

  #stepDouble(text: string, at: number): number {
    if (text[at] === '"') {
      this.#places.pop();
      return 0;
    }
    return this.#opening(text, at) ?? 0;
  }

  #stepExpression(text: string, at: number, place: Extract<Place, { kind: "expression" }>): number {
    if (text.startsWith(place.closing, at)) {
      this.#places.pop();
      return place.closing.length - 1;
    }
    const outer = this.#places.findLast(({ kind }) => kind !== "expression");
    const isQuoted = outer?.kind !== "words" && text[at] !== '"';
    return (isQuoted ? undefined : this.#quote(text, at)) ?? this.#opening(text, at) ?? 0;
  }

  #stepWords(text: string, at: number, place: Extract<Place, { kind: "words" }>): number {
    const character = text[at] ?? "";
    const wasWordStart = this.#isWordStart;
    this.#isWordStart = /[\s;&|()<>]/.test(character);
    this.#watchWord(character);
    if (character === "\n") this.#newLine();
    if (character === "#" && wasWordStart) {
      this.#places.push({ kind: "comment" });
      return 0;
    }
    if (character === "`" && place.closing === "`") {
      this.#places.pop();
      return 0;
    }
    if (text.startsWith("((", at) && wasWordStart)
      return this.#enter({ kind: "expression", closing: "))" }, 1);
    this.#countParenthesis(character);
    if (text.startsWith("<<", at)) return this.#stepRedirection(text, at);
    const taken = this.#quote(text, at) ?? this.#opening(text, at);
    if (taken !== undefined) this.#isWordStart = this.#place.kind === "words" && this.#place !== place;
    return taken ?? 0;
  }

  /** A substitution ends at the parenthesis that closes none of its own. */
  #countParenthesis(character: string): void {
    const depth = this.#parentheses.at(-1);
    if (depth === undefined || (character !== "(" && character !== ")")) return;
    if (character === ")" && depth === 0) {
      this.#parentheses.pop();
      this.#places.pop();
    } else this.#parentheses[this.#parentheses.length - 1] = depth + (character === "(" ? 1 : -1);
  }

  #watchWord(character: string): void {
    if (/\w/.test(character)) {
      this.#word = `${this.#word}${character}`.slice(-8);
      return;
    }
    if (this.#word === "case" && this.#parentheses.length > 0) this.#isUncertain = true;
    this.#word = "";
  }

  /** The author's quotes, where they open. */
  #quote(text: string, at: number): number | undefined {
    if (text.startsWith("$'", at)) return this.#enter({ kind: "ansi" }, 1);
    if (text.startsWith('$"', at)) return this.#enter({ kind: "double" }, 1);
    if (text[at] === "'") return this.#enter({ kind: "single" }, 0);
    return text[at] === '"' ? this.#enter({ kind: "double" }, 0) : undefined;
  }

  /** Substitutions, which open between double quotes as well. */
  #opening(text: string, at: number): number | undefined {
    if (text.startsWith("$((", at)) return this.#enter({ kind: "expression", closing: "))" }, 2);
    if (text.startsWith("${", at)) return this.#enter({ kind: "expression", closing: "}" }, 1);
    if (text.startsWith("$(", at)) {
      this.#parentheses.push(0);
      return this.#enter({ kind: "words", closing: ")" }, 1);
    }
    return text[at] === "`" ? this.#enter({ kind: "words", closing: "`" }, 0) : undefined;
  }

  #enter(place: Place, taken: number): number {
    this.#places.push(place);
    this.#isWordStart = place.kind === "words";
    return taken;
  }

  /** `<<WORD`, `<<-WORD`, `<< 'WORD'`; `<<<` is another thing. */
  #stepRedirection(text: string, at: number): number {
    if (text[at + 2] === "<") return 2;
    const found = HERE_DOCUMENT.exec(text.slice(at, at + MAX_DELIMITER_CHARACTERS));
    this.#isInDelimiter = !found || at + found[0].length === text.length;
    if (!found) return 1;
    const word = found[2] ?? "";
    const delimiter = word.replaceAll(/['"\\]/g, "");
    this.#awaited.push({ delimiter, isQuoted: delimiter !== word, stripsTabs: found[1] === "-" });
    this.#isWordStart = false;
    return found[0].length - 1;
  }

  #newLine(): void {
    this.#isWordStart = true;
    this.#openDocument();
  }

  #openDocument(): void {
    const next = this.#awaited.shift();
    if (next) this.#places.push({ kind: "document", ...next });
    this.#line = "";
    this.#holdsValue = undefined;
  }

  #stepDocument(text: string, at: number, place: Extract<Place, { kind: "document" }>): number {
    if (text[at] !== "\n") {
      const end = text.indexOf("\n", at);
      const rest = text.slice(at, end < 0 ? undefined : end);
      this.#line += rest;
      this.#isUncertain ||= !place.isQuoted && hasSubstitution(rest);
      this.#isEscaped = !place.isQuoted && /(?:^|[^\\])(?:\\\\)*\\$/.test(rest.slice(-MAX_BACKSLASHES));
      return rest.length - 1;
    }
    this.#isEscaped = false;
    if (this.#endLine()) {
      this.#places.pop();
      this.#newLine();
    }
    return 0;
  }

  /** Whether the line ends the here-document. Throws where it would by a value alone. */
  #endLine(): boolean {
    const place = this.#place;
    if (place.kind !== "document") return false;
    const line = place.stripsTabs ? this.#line.replace(/^\t+/, "") : this.#line;
    const isEnd = line === place.delimiter;
    if (isEnd && this.#holdsValue)
      throw refused(this.#holdsValue.written, "its value would end the here-document it stands in");
    this.#line = "";
    this.#holdsValue = undefined;
    return isEnd;
  }
}

/** What the shell runs or works out within a here-document; a value inside would need the quotes of that place. */
function hasSubstitution(text: string): boolean {
  return text.includes("$(") || text.includes("`") || text.lastIndexOf("${") > text.lastIndexOf("}");
}

const HERE_DOCUMENT = /^<<(-?)[ \t]*((?:[^\s;&|<>()'"\\]|'[^'\n]*'|"[^"\n]*"|\\.)+)/;
/** 200 characters: a delimiter is a word. */
const MAX_DELIMITER_CHARACTERS = 200;
/** More backslashes in a row are read as if there were this many. */
const MAX_BACKSLASHES = 64;

function refused(written: string, why: string): Error {
  return new Error(`the value of ${written} cannot stand where it does: ${why}`);
}
