/** A command of a shell without its pipes and lists: what one program is called with. */
export interface SimpleCommand {
  /** Without quotes; a substitution is `$()`, for what comes of it is not known, and the name of a function that is defined ends in `()`. */
  words: CommandWord[];
}

export interface CommandWord {
  text: string;
  /** Where it begins in the text, from 0. */
  at: number;
  /** Line of the text on which it begins, from 0. */
  line: number;
}

/** A text that a command reads from the lines below it (`<<EOF`). */
export interface HereDocument {
  text: string;
  /** Line on which its text begins, from 0. */
  line: number;
}

export interface ReadCommands {
  commands: SimpleCommand[];
  documents: HereDocument[];
}

/** Reads a text of commands as a shell does, as far as to know which program is called with which words. Linear in the text; never throws. */
export function readCommands(text: string): ReadCommands {
  const reader = new CommandReader(text);
  reader.run();
  return { commands: reader.commands, documents: reader.documents };
}

/** A place in which words are collected: the text itself, or a substitution within it. */
interface Level {
  words: CommandWord[];
  word: CommandWord | undefined;
  isInQuotes: boolean;
  /** What ends it; nothing for the text itself. */
  end?: ")" | "`";
  /** Open parentheses within it. */
  depth: number;
}

interface AwaitedDocument {
  delimiter: string;
  stripsTabs: boolean;
}

const SEPARATORS = new Set([";", "&", "|"]);

class CommandReader {
  readonly commands: SimpleCommand[] = [];
  readonly documents: HereDocument[] = [];
  readonly #text: string;
  readonly #levels: Level[] = [{ words: [], word: undefined, isInQuotes: false, depth: 0 }];
  readonly #awaited: AwaitedDocument[] = [];
  #at = 0;
  #line = 0;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    while (this.#at < this.#text.length) {
      const level = this.#level;
      if (level.isInQuotes) this.#inQuotes(level);
      else this.#outside(level);
    }
    while (this.#levels.length > 0) {
      this.#endCommand(this.#level);
      this.#levels.pop();
    }
  }

  get #level(): Level {
    return this.#levels.at(-1) as Level;
  }

  #inQuotes(level: Level): void {
    const char = this.#text.charAt(this.#at);
    if (char === '"') {
      level.isInQuotes = false;
      this.#at++;
    } else if (char === "\\") this.#escaped(level);
    else if (!this.#opensSubstitution(level)) this.#append(level, char);
  }

  #outside(level: Level): void {
    const char = this.#text.charAt(this.#at);
    if (char === level.end && level.depth === 0) this.#close(level);
    else if (!this.#ofWord(level, char) && !this.#ofList(level, char)) this.#append(level, char);
  }

  /** What begins a quotation or a substitution, or stands between words. */
  #ofWord(level: Level, char: string): boolean {
    if (char === "'") this.#singleQuoted(level);
    else if (char === '"') {
      this.#begin(level);
      level.isInQuotes = true;
      this.#at++;
    } else if (char === "\\") this.#escaped(level);
    else if (char === " " || char === "\t" || char === "\r") this.#endWord(level, 1);
    else if (char === "#" && level.word === undefined) this.#skipTo("\n");
    else return this.#opensSubstitution(level);
    return true;
  }

  /** What stands between commands. */
  #ofList(level: Level, char: string): boolean {
    if (char === "\n") this.#lineEnd(level);
    else if (SEPARATORS.has(char) && !this.#isPartOfRedirect()) this.#separate(level, 1);
    else if (char === "(" || char === ")") this.#parenthesis(level, char);
    else if (this.#text.startsWith("<<", this.#at)) this.#hereDocument(level);
    else return false;
    return true;
  }

  /** `2>&1` and `&>file` end no command. */
  #isPartOfRedirect(): boolean {
    return (
      this.#text[this.#at] === "&" && (this.#text[this.#at - 1] === ">" || this.#text[this.#at + 1] === ">")
    );
  }

  #parenthesis(level: Level, char: string): void {
    const isOfFunction = this.#text.startsWith("()", this.#at) && level.words.length <= 1;
    const name = isOfFunction ? (level.word ?? level.words[0]) : undefined;
    if (name) {
      name.text += "()";
      this.#separate(level, 2);
      return;
    }
    level.depth = Math.max(0, level.depth + (char === "(" ? 1 : -1));
    this.#separate(level, 1);
  }

  #opensSubstitution(level: Level): boolean {
    const isTick = this.#text[this.#at] === "`";
    if (!isTick && !this.#text.startsWith("$(", this.#at)) return false;
    if (isTick && level.end === "`") {
      this.#close(level);
      return true;
    }
    this.#begin(level);
    if (level.word) level.word.text += "$()";
    this.#levels.push({
      words: [],
      word: undefined,
      isInQuotes: false,
      end: isTick ? "`" : ")",
      depth: 0,
    });
    this.#at += isTick ? 1 : 2;
    return true;
  }

  #close(level: Level): void {
    this.#endCommand(level);
    this.#levels.pop();
    this.#at++;
  }

  #singleQuoted(level: Level): void {
    const end = this.#text.indexOf("'", this.#at + 1);
    const stop = end < 0 ? this.#text.length : end;
    this.#begin(level);
    const inside = this.#text.slice(this.#at + 1, stop);
    if (level.word) level.word.text += inside;
    this.#countLines(inside);
    this.#at = stop + 1;
  }

  #escaped(level: Level): void {
    const next = this.#text[this.#at + 1] ?? "";
    if (next === "\n") {
      this.#line++;
      if (!level.isInQuotes) this.#endWord(level, 0);
    } else if (next !== "") {
      this.#begin(level);
      if (level.word) level.word.text += next;
    }
    this.#at += 2;
  }

  #append(level: Level, char: string): void {
    this.#begin(level);
    if (level.word) level.word.text += char;
    if (char === "\n") this.#line++;
    this.#at++;
  }

  #begin(level: Level): void {
    level.word ??= { text: "", at: this.#at, line: this.#line };
  }

  #endWord(level: Level, characters: number): void {
    if (level.word) level.words.push(level.word);
    level.word = undefined;
    this.#at += characters;
  }

  #separate(level: Level, characters: number): void {
    this.#endCommand(level);
    this.#at += characters;
  }

  #endCommand(level: Level): void {
    this.#endWord(level, 0);
    if (level.words.length > 0) this.commands.push({ words: level.words });
    level.words = [];
  }

  #lineEnd(level: Level): void {
    this.#separate(level, 1);
    this.#line++;
    for (const awaited of this.#awaited.splice(0)) this.#readDocument(awaited);
  }

  #hereDocument(level: Level): void {
    if (this.#text.startsWith("<<<", this.#at)) {
      this.#endWord(level, 3);
      return;
    }
    // Bounded in length, so that no text is read twice.
    const found = /^<<(-?)[ \t]{0,8}(?:'([^'\n]{0,99})'|"([^"\n]{0,99})"|\\?([^\s;&|()<>'"\\]{1,99}))/.exec(
      this.#text.slice(this.#at, this.#at + 120),
    );
    if (!found) {
      this.#endWord(level, 2);
      return;
    }
    const [whole, dash, single, double, bare] = found;
    this.#awaited.push({ delimiter: single ?? double ?? bare ?? "", stripsTabs: dash === "-" });
    this.#endWord(level, whole.length);
  }

  #readDocument({ delimiter, stripsTabs }: AwaitedDocument): void {
    const line = this.#line;
    const lines: string[] = [];
    while (this.#at < this.#text.length) {
      const end = this.#text.indexOf("\n", this.#at);
      const stop = end < 0 ? this.#text.length : end;
      const own = this.#text.slice(this.#at, stop).replace(/\r$/, "");
      this.#at = Math.min(stop + 1, this.#text.length);
      if (end >= 0) this.#line++;
      if ((stripsTabs ? own.replace(/^\t+/, "") : own) === delimiter) break;
      lines.push(own);
    }
    this.documents.push({ text: lines.join("\n"), line });
  }

  #skipTo(char: string): void {
    const end = this.#text.indexOf(char, this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #countLines(text: string): void {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#line++;
  }
}

/** Words of a shell that stand before a command. */
const BEFORE = new Set(
  "if then elif else while until do ! { time exec command sudo nohup env eval builtin".split(" "),
);
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\+?=/;
const REDIRECT = /^\d?(?:>>?|<|&>|>&)/;

/** The words from the program on: without assignments, what stands before it, and redirections. */
export function programWords({ words }: SimpleCommand): CommandWord[] {
  let begin = 0;
  while (begin < words.length && isBefore(words[begin], words[begin - 1])) begin++;
  const kept: CommandWord[] = [];
  for (let at = begin; at < words.length; at++) {
    const word = words[at] as CommandWord;
    const redirect = REDIRECT.exec(word.text)?.[0];
    if (redirect === undefined) kept.push(word);
    // The file may stand beside the sign or behind it.
    else if (redirect.length === word.text.length) at++;
  }
  return kept;
}

function isBefore(word: CommandWord | undefined, previous: CommandWord | undefined): boolean {
  const text = word?.text ?? "";
  if (BEFORE.has(text) || ASSIGNMENT.test(text)) return true;
  return (previous?.text === "sudo" || previous?.text === "env") && text.startsWith("-");
}
