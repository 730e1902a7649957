/* oxlint-disable no-underscore-dangle -- the fields are named by the library */
import headless, { type IBufferCell, type Terminal } from "@xterm/headless";
import {
  internalsOf,
  type Attributes,
  type Charset,
  type Internals,
  type ScreenBuffer,
} from "./emulator-internals.js";
import { Pen } from "./pen.js";
import { bufferText } from "./screen-text.js";

const HAS_EXTENDED = 0x1000_0000;
/** Final characters that designate a character set; the rest are other names of these. */
const SETS = Array.from("0A4CRQKYEZH=");
const DESIGNATE = ["(", ")", "*", "+"] as const;
const SHIFT = ["\u000f", "\u000e", "\u001bn", "\u001bo"] as const;
const MOUSE_PROTOCOLS: Record<string, number> = { X10: 9, VT200: 1000, DRAG: 1002, ANY: 1003 };
const MOUSE_ENCODINGS: Record<string, number> = { SGR: 1006, SGR_PIXELS: 1016 };
const CURSOR_STYLES = { block: 1, underline: 3, bar: 5 } as const;

let knownSets: Map<Charset, string> | undefined;

/**
 * Text that, written to an empty terminal of the same size, makes it look and behave like this one. `scrollback` is how
 * many lines above the screen it brings back.
 */
export function restoreText(terminal: Terminal, scrollback: number): string {
  const core = internalsOf(terminal);
  const { normal, alt, active } = core.buffers;
  const pen = new Pen(core._oscLinkService);
  const first = Math.max(0, terminal.buffer.normal.length - terminal.rows - scrollback);
  let out = tabStops(normal.tabs, terminal.cols) + bufferText(terminal, terminal.buffer.normal, pen, first);
  if (active === alt) {
    out += savedCursor(terminal, normal, pen) + region(normal, terminal.rows);
    out += `${pen.take({ fg: 0, bg: 0, extended: { _ext: 0, urlId: 0 } })}\u001b[?47h\u001b[H`;
    out += tabStops(alt.tabs, terminal.cols) + bufferText(terminal, terminal.buffer.alternate, pen);
  }
  out += savedCursor(terminal, active, pen) + charsets(core) + region(active, terminal.rows);
  if (core.coreService.decPrivateModes.origin) out += "\u001b[?6h";
  return out + modes(core) + cursor(terminal, core, pen);
}

function tabStops(tabs: Record<number, boolean | undefined>, columns: number): string {
  const set = Object.keys(tabs)
    .map(Number)
    .filter((column) => tabs[column] && column < columns);
  const usual = Array.from({ length: Math.ceil(columns / 8) }, (_, index) => index * 8);
  if (set.length === usual.length && usual.every((column) => tabs[column])) return "";
  return `\u001b[3g${set.map((column) => `\u001b[${column + 1}G\u001bH`).join("")}\u001b[1G`;
}

/** DECSC where it was done, with the pen and the character set of then. */
function savedCursor(terminal: Terminal, buffer: ScreenBuffer, pen: Pen): string {
  const row = Math.min(terminal.rows - 1, Math.max(0, buffer.savedY - buffer.ybase));
  const { fg, bg } = buffer.savedCurAttrData;
  const isUsual =
    row === 0 && buffer.savedX === 0 && fg === 0 && bg === 0 && buffer.savedCharset === undefined;
  if (isUsual) return "";
  const at = Math.min(terminal.cols - 1, buffer.savedX);
  const style = pen.take({ fg, bg: bg & ~HAS_EXTENDED, extended: { _ext: 0, urlId: 0 } });
  return `\u001b[${row + 1};${at + 1}H${style}${designate(0, buffer.savedCharset)}\u001b7${designate(0, undefined)}`;
}

function region(buffer: ScreenBuffer, rows: number): string {
  if (buffer.scrollTop === 0 && buffer.scrollBottom === rows - 1) return "";
  return `\u001b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`;
}

/** The four sets, which one is used, and a set in use that DECRC brought back. */
function charsets(core: Internals): string {
  const { charset, glevel, _charsets: sets } = core._charsetService;
  const designated = DESIGNATE.map((_, level) => (sets[level] ? designate(level, sets[level]) : "")).join("");
  const isBroughtBack = charset !== sets[glevel] && charset === core.buffers.active.savedCharset;
  return designated + (glevel === 0 ? "" : (SHIFT[glevel] ?? "")) + (isBroughtBack ? "\u001b8" : "");
}

function designate(level: number, charset: Charset): string {
  knownSets ??= readSets();
  return `\u001b${DESIGNATE[level] ?? "("}${knownSets.get(charset) ?? "B"}`;
}

/** The library tells a set only by what it translates to, so each is designated once and kept. */
function readSets(): Map<Charset, string> {
  const terminal = new headless.Terminal({ allowProposedApi: true, logLevel: "off" });
  const core = internalsOf(terminal);
  const known = SETS.map((final): [Charset, string] => {
    core.writeSync(`\u001b(${final}`);
    return [core._charsetService._charsets[0], final];
  });
  terminal.dispose();
  return new Map(known);
}

function modes(core: Internals): string {
  const { decPrivateModes: dec, modes: ansi, isCursorHidden } = core.coreService;
  const { activeProtocol, activeEncoding } = core.coreMouseService;
  const { convertEol, cursorBlink } = core.optionsService.rawOptions;
  const set = [
    [dec.applicationCursorKeys, "?1h"],
    [!dec.wraparound, "?7l"],
    [dec.reverseWraparound, "?45h"],
    [dec.applicationKeypad, "?66h"],
    [dec.sendFocus, "?1004h"],
    [dec.bracketedPasteMode, "?2004h"],
    [dec.synchronizedOutput, "?2026h"],
    [isCursorHidden, "?25l"],
    [ansi.insertMode, "4h"],
    // These two outlive a reset of the emulator, so they are always said.
    [true, convertEol ? "20h" : "20l"],
    [true, cursorBlink ? "?12h" : "?12l"],
    [activeProtocol in MOUSE_PROTOCOLS, `?${MOUSE_PROTOCOLS[activeProtocol]}h`],
    [activeEncoding in MOUSE_ENCODINGS, `?${MOUSE_ENCODINGS[activeEncoding]}h`],
  ] as const;
  const style = dec.cursorStyle && `${CURSOR_STYLES[dec.cursorStyle] + (dec.cursorBlink ? 0 : 1)} q`;
  const chosen = set.filter(([isSet]) => isSet).map(([, sequence]) => sequence);
  return [...chosen, ...(style ? [style] : [])].map((sequence) => `\u001b[${sequence}`).join("");
}

/**
 * The cursor and the pen. Where the last thing was a character, that is written again: a mark may follow it, REP may
 * repeat it, and with the cursor waiting behind the last column there is no other way to put it there.
 */
function cursor(terminal: Terminal, core: Internals, pen: Pen): string {
  const { x, y, ybase, scrollTop } = core.buffers.active;
  const { _curAttrData: attributes, _parser: parser } = core._inputHandler;
  const row = y - (core.coreService.decPrivateModes.origin ? scrollTop : 0) + 1;
  const current = (): string =>
    pen.take({
      ...attributes,
      fg: attributes.fg,
      bg: attributes.bg | HAS_EXTENDED,
      extended: attributes.extended,
    });
  const isBehind = x >= terminal.cols;
  const last = lastCharacter(terminal, ybase + y, x);
  if (!last || (!isBehind && parser.precedingJoinState === 0)) return `\u001b[${row};${x + 1}H${current()}`;
  const place = `\u001b[${row};${last.column + 1}H`;
  // In insert mode the character would push itself to the right.
  const room = core.coreService.modes.insertMode ? `\u001b[${last.cell.getWidth()}P` : "";
  const style = parser.precedingJoinState === 0 ? pen.take(last.cell) : current();
  return place + room + style + last.cell.getChars() + (parser.precedingJoinState === 0 ? current() : "");
}

function lastCharacter(
  terminal: Terminal,
  line: number,
  x: number,
): { column: number; cell: IBufferCell & Attributes } | undefined {
  for (let column = Math.min(x, terminal.cols) - 1; column >= 0 && column >= x - 2; column -= 1) {
    const cell = terminal.buffer.active.getLine(line)?.getCell(column) as
      | (IBufferCell & Attributes)
      | undefined;
    if (cell && cell.getWidth() > 0) return { column, cell: cell };
  }
  return undefined;
}
