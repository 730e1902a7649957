/** What Go's decoder says of a text that is no JSON; for one that is, the error of Node.js would be the fault of this. */
export function goJsonFault(text: string): string {
  // Go reads bytes, and at the end a blank, by which it tells whether a word or a number is complete.
  const scanner = new Scanner(`${Buffer.from(text, "utf8").toString("latin1")} `);
  try {
    scanner.value();
    scanner.end();
  } catch (error) {
    if (error instanceof Fault) return error.message;
    throw error;
  }
  return END;
}

const END = "unexpected end of JSON input";
const NAMED: Record<string, string> = {
  "'": String.raw`'\''`,
  '"': `'"'`,
  "\\": String.raw`'\\'`,
  "\u0007": String.raw`'\a'`,
  "\b": String.raw`'\b'`,
  "\f": String.raw`'\f'`,
  "\n": String.raw`'\n'`,
  "\r": String.raw`'\r'`,
  "\t": String.raw`'\t'`,
  "\v": String.raw`'\v'`,
};
/** Further in, what else is wrong is not looked for: the scanner calls itself. */
const DEEPEST = 1000;

class Fault extends Error {}

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): void {
    this.#blanks();
    const first = this.#peek();
    if (first === "{") this.#object();
    else if (first === "[") this.#list();
    else if (first === '"') this.#string();
    else if (first === "t") this.#word("true");
    else if (first === "f") this.#word("false");
    else if (first === "n") this.#word("null");
    else if (/[-0-9]/.test(first)) this.#number();
    else this.#fail("looking for beginning of value");
  }

  end(): void {
    while (this.#at < this.#text.length) {
      if (!/[ \t\r\n]/.test(this.#peek())) this.#fail("after top-level value");
      this.#at += 1;
    }
  }

  #object(): void {
    this.#enter();
    this.#blanks();
    if (this.#peek() === "}") return this.#leave();
    for (;;) {
      this.#blanks();
      if (this.#peek() !== '"') this.#fail("looking for beginning of object key string");
      this.#string();
      this.#blanks();
      this.#expect(/:/, "after object key");
      this.value();
      this.#blanks();
      if (this.#peek() === "}") return this.#leave();
      this.#expect(/,/, "after object key:value pair");
    }
  }

  #list(): void {
    this.#enter();
    this.#blanks();
    if (this.#peek() === "]") return this.#leave();
    for (;;) {
      this.value();
      this.#blanks();
      if (this.#peek() === "]") return this.#leave();
      this.#expect(/,/, "after array element");
    }
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      const character = this.#peek();
      if (character < " ") this.#fail("in string literal");
      this.#at += 1;
      if (character === '"') return;
      if (character !== "\\") continue;
      const escape = this.#peek();
      this.#expect(/["\\/bfnrtu]/, "in string escape code");
      if (escape !== "u") continue;
      for (let i = 0; i < 4; i++) this.#expect(/[0-9a-fA-F]/, String.raw`in \u hexadecimal character escape`);
    }
  }

  #word(word: string): void {
    for (const letter of word.split("")) {
      if (this.#peek() !== letter) this.#fail(`in literal ${word} (expecting '${letter}')`);
      this.#at += 1;
    }
  }

  #number(): void {
    if (this.#peek() === "-") this.#at += 1;
    const isZero = this.#peek() === "0";
    this.#expect(/[0-9]/, "in numeric literal");
    if (!isZero) this.#digits();
    if (this.#peek() === ".") {
      this.#at += 1;
      this.#expect(/[0-9]/, "after decimal point in numeric literal");
      this.#digits();
    }
    if (!/[eE]/.test(this.#peek())) return;
    this.#at += 1;
    if (/[-+]/.test(this.#peek())) this.#at += 1;
    this.#expect(/[0-9]/, "in exponent of numeric literal");
    this.#digits();
  }

  #digits(): void {
    while (/[0-9]/.test(this.#peek())) this.#at += 1;
  }

  #enter(): void {
    this.#at += 1;
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Fault("exceeded max depth");
  }

  #leave(): void {
    this.#at += 1;
    this.#depth -= 1;
  }

  #blanks(): void {
    while (this.#at < this.#text.length && /[ \t\r\n]/.test(this.#peek())) this.#at += 1;
  }

  #expect(wanted: RegExp, where: string): void {
    if (!wanted.test(this.#peek())) this.#fail(where);
    this.#at += 1;
  }

  #peek(): string {
    const character = this.#text[this.#at];
    if (character === undefined) throw new Fault(END);
    return character;
  }

  #fail(where: string): never {
    throw new Fault(`invalid character ${quoted(this.#peek())} ${where}`);
  }
}

function quoted(character: string): string {
  const named = NAMED[character];
  if (named !== undefined) return named;
  const code = character.charCodeAt(0);
  if (code < 0x20 || code === 0x7f) return String.raw`'\x${code.toString(16).padStart(2, "0")}'`;
  if ((code > 0x7f && code <= 0xa0) || code === 0xad) return String.raw`'\u00${code.toString(16)}'`;
  return `'${character}'`;
}
