/** What moves a cursor, sets a title, begins a sequence or turns around what stands beside it; line ends and tabs are text. */
const CONTROL = /(?![\t\n])[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu;

/**
 * Text of labs, pages, commands and servers as a terminal may be given it: each control character stands there as its escape, such as
 * `\u001b`, which JSON reads as the character itself.
 */
export function terminalText(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
