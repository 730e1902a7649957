import { TAB_SHORTCODES } from "./shortcode-tabs.js";
import type { Shortcode, ShortcodePiece } from "./shortcode-scan.js";

/** Shortcodes that enclose something, and mean nothing without their end. */
const ENCLOSING = new Set([
  "note",
  "warning",
  "danger",
  "pathway",
  "highlight",
  "details",
  ...TAB_SHORTCODES,
]);

/** What belongs together, by the numbers of the pieces. */
export interface ShortcodePairs {
  /** Beginnings with an end, and their ends. */
  ends: ReadonlySet<number>;
  /** Beginnings that need an end and have none, and ends without a beginning. */
  unclosed: ReadonlySet<number>;
}

/** Finds which shortcodes enclose something: an end belongs to the nearest beginning of its name. */
export function pairShortcodes(pieces: readonly ShortcodePiece[]): ShortcodePairs {
  const closed = new Set(pieces.flatMap((piece) => (isEnd(piece) ? [piece.name] : [])));
  const open: Begun[] = [];
  const counts = new Map<string, number>();
  const ends = new Set<number>();
  const unclosed = new Set<number>();
  const leave = (left: readonly Begun[]): void => {
    for (const { name, at } of left) {
      count(counts, name, -1);
      if (ENCLOSING.has(name)) unclosed.add(at);
    }
  };
  pieces.forEach((piece, at) => {
    if (piece.kind !== "shortcode" || piece.isSelfClosing) return;
    const { name, isClosing } = piece;
    if (!isClosing) {
      if (!ENCLOSING.has(name) && !closed.has(name)) return;
      open.push({ name, at });
      count(counts, name, 1);
      return;
    }
    if ((counts.get(name) ?? 0) === 0) {
      unclosed.add(at);
      return;
    }
    const [begin, ...inner] = open.splice(open.findLastIndex((candidate) => candidate.name === name));
    leave(inner);
    count(counts, name, -1);
    ends.add(begin?.at ?? at);
    ends.add(at);
  });
  leave(open);
  return { ends, unclosed };
}

interface Begun {
  name: string;
  at: number;
}

function isEnd(piece: ShortcodePiece): piece is Shortcode {
  return piece.kind === "shortcode" && piece.isClosing;
}

function count(counts: Map<string, number>, name: string, change: number): void {
  counts.set(name, (counts.get(name) ?? 0) + change);
}
