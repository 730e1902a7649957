import type { IParser } from "@xterm/headless";

/** Characters of one colour; `rgb:ffff/ffff/ffff` has 18. */
const COLOUR_CHARACTERS = 32;
const PALETTE = 256;
/** Foreground, background, cursor; one sequence may set them in a row. */
const SPECIAL = [10, 11, 12];
/** Added to the number of what sets a special colour, it takes it back. */
const RESET = 100;

/** Colours that programs changed, which an emulator without a display does not keep. */
export class ColourChanges {
  readonly #palette = new Map<number, string>();
  readonly #special = new Map<number, string>();

  constructor(parser: IParser) {
    parser.registerOscHandler(4, (data) => this.#setPalette(data));
    parser.registerOscHandler(104, (data) => this.#resetPalette(data));
    for (const first of SPECIAL) {
      parser.registerOscHandler(first, (data) => this.#setSpecial(first, data));
      parser.registerOscHandler(first + RESET, () => {
        this.#special.delete(first);
        return false;
      });
    }
  }

  /** Sequences that take every colour back and set the changed ones. */
  text(): string {
    const resets = ["104", ...SPECIAL.map((number) => String(number + RESET))];
    const palette = [...this.#palette].map(([index, colour]) => `4;${index};${colour}`);
    const special = [...this.#special].map(([number, colour]) => `${number};${colour}`);
    return [...resets, ...palette, ...special].map((body) => `\u001b]${body}\u0007`).join("");
  }

  #setPalette(data: string): boolean {
    const fields = data.split(";");
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const index = Number(fields[at]);
      const colour = fields[at + 1] ?? "";
      if (Number.isInteger(index) && index >= 0 && index < PALETTE && isColour(colour))
        this.#palette.set(index, colour);
    }
    return false;
  }

  #resetPalette(data: string): boolean {
    if (data === "") this.#palette.clear();
    for (const index of data.split(";")) this.#palette.delete(Number(index));
    return false;
  }

  #setSpecial(first: number, data: string): boolean {
    for (const [offset, colour] of data.split(";").entries())
      if (SPECIAL.includes(first + offset) && isColour(colour)) this.#special.set(first + offset, colour);
    return false;
  }
}

function isColour(text: string): boolean {
  return text !== "?" && text.length > 0 && text.length <= COLOUR_CHARACTERS;
}
