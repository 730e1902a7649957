/** 200: wider than a screen. Asciidoctor's time grows with the square of how many blanks follow each other. */
const MAX_BLANKS = 200;

/** Text none of whose lines has more blanks in a row, and the first line, from 1, that had. */
export function withoutLongBlanks(text: string): { text: string; line?: number; message: string } {
  let first: number | undefined;
  const short = text.replaceAll(/[^\S\n]+/g, (blanks, at: number) => {
    if (blanks.length <= MAX_BLANKS) return blanks;
    first ??= at;
    return blanks.slice(0, MAX_BLANKS);
  });
  const message = `More than ${MAX_BLANKS} blanks in a row`;
  if (first === undefined) return { text, message };
  return { text: short, line: text.slice(0, first).split("\n").length, message };
}
