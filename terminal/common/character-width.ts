import { eastAsianWidth } from "get-east-asian-width";

/** Characters that stand on the one before them; with the Hangul vowels and finals that C libraries count so. */
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7ff]/u;
/** Format characters that are seen: soft hyphen and signs that enclose what follows. */
const VISIBLE_FORMAT = /[\u00ad\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/u;
/** Code points whose width is remembered; those above are seldom and looked up each time. */
const REMEMBERED = 0x2_0000;

/** Width plus one, 0 where it was not looked up yet. */
const known = new Uint8Array(REMEMBERED);

/**
 * Columns of one code point as the C library of a shell counts them (`wcwidth`), so that a line editor and the screen
 * agree where the cursor is. Emoji joined by U+200D are therefore as wide as their parts.
 */
export function characterWidth(codePoint: number): 0 | 1 | 2 {
  if (codePoint < 0x7f) return codePoint < 0x20 ? 0 : 1;
  const remembered = known[codePoint] ?? 0;
  if (remembered > 0) return (remembered - 1) as 0 | 1 | 2;
  const width = lookUp(codePoint);
  if (codePoint < REMEMBERED) known[codePoint] = width + 1;
  return width;
}

function lookUp(codePoint: number): 0 | 1 | 2 {
  if (codePoint < 0xa0) return 0;
  const text = String.fromCodePoint(codePoint);
  if (NO_WIDTH.test(text) && !VISIBLE_FORMAT.test(text)) return 0;
  return eastAsianWidth(codePoint);
}

/** The part of an emulator that knows widths; the browser's and the headless one have it. */
interface UnicodeHandling {
  register(provider: typeof widths): void;
  activeVersion: string;
}

/** What xterm.js asks of a provider: bit 0 joins the character before, bits 1 and 2 are the width. */
const widths = {
  version: "wcwidth",
  wcwidth: characterWidth,
  charProperties(codePoint: number, preceding: number): number {
    const width = characterWidth(codePoint);
    const before = (preceding >> 1) & 3;
    return width === 0 && before > 0 ? (before << 1) | 1 : width << 1;
  },
};

/** Makes an emulator count columns as `characterWidth` does; its own tables are those of Unicode 6. */
export function useCharacterWidths(terminal: { readonly unicode: UnicodeHandling }): void {
  terminal.unicode.register(widths);
  terminal.unicode.activeVersion = widths.version;
}
