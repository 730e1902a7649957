/** JSON without what authors write besides. */
export interface LenientJson {
  /** As long as the text, with blanks in place of what is no JSON. */
  text: string;
  /** The place of the first such thing; absent where there is none. */
  at?: number;
}

/** A string, a comment of either kind, blanks, or one character. */
const PIECE = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|\s+|[^]/g;

/** Takes comments and commas at the end of lists out of a text that is to be JSON; offsets and lines stay. Linear in the text. */
export function lenientJson(text: string): LenientJson {
  const pieces = [...text.matchAll(PIECE)].map(([piece]) => piece);
  let first: number | undefined;
  let comma: number | undefined;
  let offset = 0;
  let commaAt = 0;
  for (const [at, piece] of pieces.entries()) {
    const isComment = piece.startsWith("//") || piece.startsWith("/*");
    if (isComment) {
      pieces[at] = piece.replaceAll(/[^\n]/g, " ");
      first = Math.min(first ?? offset, offset);
    } else if (piece === ",") {
      comma = at;
      commaAt = offset;
    } else if (piece.trim() !== "") {
      if (comma !== undefined && (piece === "]" || piece === "}")) {
        pieces[comma] = " ";
        first = Math.min(first ?? commaAt, commaAt);
      }
      comma = undefined;
    }
    offset += piece.length;
  }
  return first === undefined ? { text } : { text: pieces.join(""), at: first };
}

/** The line, from 1, on which a text that is no JSON goes wrong; the last where it only ends too early. */
export function faultyLine(text: string): number {
  const lines = text.trimEnd().split("\n");
  let [right, wrong] = [0, lines.length];
  while (wrong - right > 1) {
    const middle = Math.floor((right + wrong) / 2);
    if (isFaulty(`${lines.slice(0, middle).join("\n")}\n`)) wrong = middle;
    else right = middle;
  }
  return wrong;
}

/** Whether it is wrong whatever follows it. Not every message of the engine has a place. */
function isFaulty(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return false;
  } catch (error) {
    const { message } = error as Error;
    if (/end of JSON input|Unterminated string/.test(message)) return false;
    const at = /position (\d+)/.exec(message)?.[1];
    return at === undefined || Number(at) < beginning.length;
  }
}
