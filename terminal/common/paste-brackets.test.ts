import { expect, it } from "vitest";
import { PASTE_END, PASTE_START, PasteBrackets } from "./paste-brackets.js";

it("finds what was typed around a paste, wherever the pieces were cut", () => {
  const text = `a\r${PASTE_START}b\rc\u001b[20${PASTE_END}d\r`;
  for (let size = 1; size <= text.length; size += 1) {
    const brackets = new PasteBrackets();
    let typed = "";
    for (let at = 0; at < text.length; at += size) typed += brackets.read(text.slice(at, at + size));
    expect(typed).toBe("a\rd\r");
    expect(brackets.isOpen).toBe(false);
  }
});

it("knows that a paste has not ended, and starts anew after it", () => {
  const brackets = new PasteBrackets();
  brackets.read(`${PASTE_START}many lines`);
  expect(brackets.isOpen).toBe(true);
  expect(brackets.read(`${PASTE_END}ls\r`)).toBe("ls\r");
});
