/** A stretch of a page of the Hugo form. */
export type ShortcodePiece =
  | { kind: "text"; at: number; written: string }
  | Shortcode
  /** What is to be shown and not run: stars and slashes within the braces say so. */
  | { kind: "literal"; at: number; written: string; text: string }
  /** An opening that nothing closes; the text behind it is a piece of its own. */
  | { kind: "unclosed"; at: number; written: string };

/** `{{< name arguments >}}` or `{{% name arguments %}}`. */
export interface Shortcode {
  kind: "shortcode";
  at: number;
  written: string;
  name: string;
  isClosing: boolean;
  isSelfClosing: boolean;
  arguments: ShortcodeArguments;
}

export interface ShortcodeArguments {
  positional: string[];
  named: Record<string, string>;
}

/** 2,000 characters: a shortcode is a name and some words. */
const MAX_SHORTCODE_CHARACTERS = 2_000;

/** Cuts a source into pieces that make it up again. Linear, whatever the source holds; braces of Go's templates are text. */
export function scanShortcodes(source: string): ShortcodePiece[] {
  const pieces: ShortcodePiece[] = [];
  let from = 0;
  const text = (to: number): void => {
    if (to > from) pieces.push({ kind: "text", at: from, written: source.slice(from, to) });
    from = to;
  };
  for (let at = nextOpening(source, 0); at >= 0; at = nextOpening(source, from)) {
    text(at);
    const piece = pieceAt(source, at);
    pieces.push(piece);
    from = at + piece.written.length;
  }
  text(source.length);
  return pieces;
}

function nextOpening(source: string, from: number): number {
  for (let at = source.indexOf("{{", from); at >= 0; at = source.indexOf("{{", at + 1)) {
    const third = source[at + 2];
    if (third === "<" || third === "%") return at;
  }
  return -1;
}

function pieceAt(source: string, at: number): ShortcodePiece {
  const mark = source[at + 2] ?? "";
  const closing = `${mark === "<" ? ">" : "%"}}}`;
  const end = closingAfter(source, at + 3, closing);
  if (end === undefined) return { kind: "unclosed", at, written: source.slice(at, at + 3) };
  const written = source.slice(at, end);
  const inner = written.slice(3, -3).trim();
  const comment = /^\/\*([^]*)\*\/$/.exec(inner)?.[1];
  if (comment !== undefined) return { kind: "literal", at, written, text: `{{${mark}${comment}${closing}` };
  return shortcode(at, written, inner);
}

/** Where the shortcode ends; nothing where another one begins before that, or it would be too long. */
function closingAfter(source: string, from: number, closing: string): number | undefined {
  const next = nextOpening(source, from);
  const limit = from + MAX_SHORTCODE_CHARACTERS;
  const inside = source.slice(from, next < 0 ? limit : Math.min(next, limit));
  const end = inside.indexOf(closing);
  return end < 0 ? undefined : from + end + closing.length;
}

function shortcode(at: number, written: string, inner: string): Shortcode {
  const isClosing = inner.startsWith("/");
  const isSelfClosing = inner.endsWith("/");
  const words = inner.slice(isClosing ? 1 : 0, isSelfClosing ? -1 : undefined).trim();
  const name = /^\S+/.exec(words)?.[0] ?? "";
  const rest = words.slice(name.length);
  return { kind: "shortcode", at, written, name, isClosing, isSelfClosing, arguments: argumentsIn(rest) };
}

/** `key="words"`, `key=word`, "words", `words` between back-ticks, or a word. */
const ARGUMENT = /(?:([\w-]+)=)?(?:"((?:\\.|[^"\\])*)"|`([^`]*)`|([^\s"`]+))/g;

function argumentsIn(text: string): ShortcodeArguments {
  const read: ShortcodeArguments = { positional: [], named: {} };
  for (const [, key, quoted, raw, word] of text.matchAll(ARGUMENT)) {
    const value = quoted === undefined ? (raw ?? word ?? "") : quoted.replaceAll(/\\(.)/g, "$1");
    if (key === undefined) read.positional.push(value);
    else read.named[key] = value;
  }
  return read;
}
