import type { IBuffer, IBufferCell, IBufferLine, Terminal } from "@xterm/headless";
import type { Attributes } from "./emulator-internals.js";
import type { Pen } from "./pen.js";

type Cell = IBufferCell & Attributes;

const BACKGROUND_COLOUR = 0x3ff_ffff;
const NO_LINK = { _ext: 0, urlId: 0 };
const PLAIN: Attributes = { fg: 0, bg: 0, extended: NO_LINK };

/**
 * Text that fills an empty buffer of the same size, cursor at home, with the cells of this one from line `first` on:
 * characters, attributes, links, blank cells that were never written, and which lines are wrapped.
 */
export function bufferText(terminal: Terminal, buffer: IBuffer, pen: Pen, first = 0): string {
  const pieces: string[] = [];
  for (let y = first; y < buffer.length; y += 1) {
    const line = buffer.getLine(y);
    const isWrapped = y > first && line?.isWrapped === true;
    if (y > first && !isWrapped) pieces.push(pen.plain(), "\r\n");
    if (line) pieces.push(lineText(line, terminal.cols, pen, isWrapped ? buffer.getLine(y - 1) : undefined));
  }
  pieces.push(pen.take(PLAIN));
  return pieces.join("");
}

/** One line; of a wrapped one, `before` is the line it goes on from, and the cursor is at that one's end. */
function lineText(line: IBufferLine, columns: number, pen: Pen, before: IBufferLine | undefined): string {
  let out = "";
  let start = 0;
  const cell = line.getCell(0) as Cell;
  if (before) {
    const text = cell.getChars();
    const isCut = isBlank(before.getCell(columns - 1));
    if (text !== "" && (cell.getWidth() === 2 || !isCut)) {
      out += (isCut ? `\u001b[${columns}G` : "") + pen.take(cell) + text;
      start = cell.getWidth();
      // What scrolled in has the colour of the pen.
      if (pen.hasBackground) out += `${pen.plain()}\u001b[K`;
    } else out += forcedWrap(before, columns, pen);
  }
  return out + cellsText(line, { start, columns }, pen);
}

function cellsText(
  line: IBufferLine,
  { start, columns }: { start: number; columns: number },
  pen: Pen,
): string {
  let out = "";
  let blanks = 0;
  const cell = line.getCell(0) as Cell;
  for (let x = start; x < columns; x += 1) {
    line.getCell(x, cell);
    if (isBlank(cell) && (cell.bg & BACKGROUND_COLOUR) === 0) {
      blanks += 1;
      continue;
    }
    if (cell.getWidth() === 0 && cell.getChars() === "") continue;
    if (blanks > 0) out += `\u001b[${blanks}C`;
    blanks = 0;
    if (!isBlank(cell)) {
      out += pen.take(cell) + cell.getChars();
      continue;
    }
    const length = sameBlanks(line, x, columns);
    out += `${pen.take({ fg: 0, bg: cell.bg & BACKGROUND_COLOUR, extended: NO_LINK })}\u001b[${length}X`;
    blanks = length;
    x += length - 1;
  }
  return out;
}

/** How many blank cells from here on have the same background. */
function sameBlanks(line: IBufferLine, from: number, columns: number): number {
  const first = line.getCell(from) as Cell;
  const cell = line.getCell(from) as Cell;
  let x = from + 1;
  for (; x < columns; x += 1) {
    line.getCell(x, cell);
    if (!isBlank(cell) || (cell.bg & BACKGROUND_COLOUR) !== (first.bg & BACKGROUND_COLOUR)) break;
  }
  return x - from;
}

/** Wraps where no character of the line does: characters are put at both sides of the margin and erased again. */
function forcedWrap(before: IBufferLine, columns: number, pen: Pen): string {
  const last = before.getCell(columns - 1) as Cell;
  const background = { fg: 0, bg: last.bg & BACKGROUND_COLOUR, extended: NO_LINK };
  if (!isBlank(last)) return `${pen.take(PLAIN)}x\b\u001b[X`;
  return `${pen.take(PLAIN)}\u001b[${columns}Gxx\u001b[A\u001b[${columns}G${pen.take(background)}\u001b[X\u001b[B\r${pen.take(PLAIN)}\u001b[X`;
}

/** Whether nothing was ever written there, which is not the same as a space. */
function isBlank(cell: IBufferCell | undefined): boolean {
  return cell === undefined || (cell.getWidth() === 1 && cell.getChars() === "");
}
