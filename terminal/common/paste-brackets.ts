/** What a terminal puts around pasted text where the program asked for it (mode 2004 of xterm). */
export const PASTE_START = "\u001b[200~";
export const PASTE_END = "\u001b[201~";

/** Follows input and knows whether it stands inside a paste; pieces may cut the brackets anywhere. */
export class PasteBrackets {
  #isOpen = false;
  #carried = "";

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Reads on and returns what was typed outside of pastes; a piece of a bracket waits for the rest of it. */
  read(text: string): string {
    let rest = this.#carried + text;
    let typed = "";
    for (;;) {
      const bracket = this.#isOpen ? PASTE_END : PASTE_START;
      const at = rest.indexOf(bracket);
      const until = at === -1 ? rest.length - cutLength(rest, bracket) : at;
      if (!this.#isOpen) typed += rest.slice(0, until);
      if (at === -1) {
        this.#carried = rest.slice(until);
        return typed;
      }
      rest = rest.slice(at + bracket.length);
      this.#isOpen = !this.#isOpen;
    }
  }
}

/** How many characters at the end may be the beginning of the bracket. */
function cutLength(text: string, bracket: string): number {
  for (let length = Math.min(bracket.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(bracket.slice(0, length))) return length;
  return 0;
}
