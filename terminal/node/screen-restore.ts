/* oxlint-disable no-underscore-dangle, no-control-regex -- the fields are named by the library */
import type { Terminal } from "@xterm/headless";

/** What the public interface of @xterm/headless 6.0.0 does not show; screen.test.ts probes every field of it. */
interface Internals {
  _core: {
    buffer: {
      x: number;
      y: number;
      savedX: number;
      savedY: number;
      savedCurAttrData: Pen;
      scrollTop: number;
      scrollBottom: number;
      ybase: number;
      tabs: Record<number, boolean>;
    };
    coreService: { isCursorHidden: boolean; decPrivateModes: { origin: boolean } };
    coreMouseService: { activeEncoding: string };
    _charsetService: { glevel: number; _charsets: (Record<string, string> | undefined)[] };
    _inputHandler: { _curAttrData: Pen };
  };
}

interface Pen {
  isBold(): number;
  isDim(): number;
  isItalic(): number;
  isUnderline(): number;
  isBlink(): number;
  isInverse(): number;
  isInvisible(): number;
  isStrikethrough(): number;
  isFgRGB(): boolean;
  isBgRGB(): boolean;
  isFgPalette(): boolean;
  isBgPalette(): boolean;
  getFgColor(): number;
  getBgColor(): number;
}

const MOUSE_ENCODINGS: Record<string, number> = { SGR: 1006, SGR_PIXELS: 1016 };

/** State to set before the cells are written: title and tab stops, which the serialised text does not touch. */
export function restoreBefore(terminal: Terminal, title: string): string {
  const { buffer } = (terminal as unknown as Internals)._core;
  const printable = title.replace(/[\u0000-\u001f\u007f]/g, "");
  return (printable ? `\u001b]2;${printable}\u0007` : "") + tabStops(buffer.tabs, terminal.cols);
}

/** State to set after the cells: what would disturb writing them, and the cursor where that moved it. */
export function restoreAfter(terminal: Terminal): string {
  const core = (terminal as unknown as Internals)._core;
  const { buffer } = core;
  const pen = penText(core._inputHandler._curAttrData);
  const encoding = MOUSE_ENCODINGS[core.coreMouseService.activeEncoding];
  const region = buffer.scrollTop !== 0 || buffer.scrollBottom !== terminal.rows - 1;
  const saved = buffer.savedX !== 0 || buffer.savedY !== 0;
  const { origin } = core.coreService.decPrivateModes;
  let out = "";
  if (saved)
    out += `\u001b[${Math.max(0, buffer.savedY - buffer.ybase) + 1};${buffer.savedX + 1}H${penText(buffer.savedCurAttrData)}\u001b7`;
  if (region) out += `\u001b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`;
  if (origin) out += "\u001b[?6h";
  if (saved || region || origin) out += cursor(terminal, core, origin) + pen;
  out += charsets(core._charsetService);
  if (encoding) out += `\u001b[?${encoding}h`;
  if (core.coreService.isCursorHidden) out += "\u001b[?25l";
  return out;
}

function tabStops(tabs: Record<number, boolean>, columns: number): string {
  const set = Object.keys(tabs)
    .map(Number)
    .filter((column) => tabs[column] && column < columns);
  const usual = Array.from({ length: Math.ceil(columns / 8) }, (_, index) => index * 8);
  if (set.length === usual.length && usual.every((column) => tabs[column])) return "";
  return `\u001b[3g${set.map((column) => `\u001b[${column + 1}G\u001bH`).join("")}\u001b[1G`;
}

/** With the cursor waiting behind the last column, the last cell is written again, which is how it got there. */
function cursor(terminal: Terminal, core: Internals["_core"], origin: boolean): string {
  const row = core.buffer.y - (origin ? core.buffer.scrollTop : 0) + 1;
  if (core.buffer.x < terminal.cols) return `\u001b[${row};${core.buffer.x + 1}H`;
  const line = terminal.buffer.active.getLine(core.buffer.ybase + core.buffer.y);
  let column = terminal.cols - 1;
  while (column > 0 && line?.getCell(column)?.getWidth() === 0) column -= 1;
  const cell = line?.getCell(column);
  const text = cell?.getChars() || " ";
  return `\u001b[${row};${column + 1}H${cell ? penText(cell) : ""}${text}`;
}

/** DEC line drawing is the one character set programs still switch to; others fall back to ASCII. */
function charsets(service: Internals["_core"]["_charsetService"]): string {
  const designate = service._charsets
    .slice(0, 4)
    .map((charset, level) => (charset?.["q"] === "─" ? `\u001b${"()*+"[level] ?? "("}0` : ""))
    .join("");
  const shift = ["", "\u000e", "\u001bn", "\u001bo"][service.glevel] ?? "";
  return designate + shift;
}

function penText(pen: Pen): string {
  const flags: [number, number][] = [
    [1, pen.isBold()],
    [2, pen.isDim()],
    [3, pen.isItalic()],
    [4, pen.isUnderline()],
    [5, pen.isBlink()],
    [7, pen.isInverse()],
    [8, pen.isInvisible()],
    [9, pen.isStrikethrough()],
  ];
  const codes = flags.filter(([, on]) => on).map(([code]) => String(code));
  return `\u001b[${["0", ...codes, ...color(pen, "Fg", 38), ...color(pen, "Bg", 48)].join(";")}m`;
}

function color(pen: Pen, which: "Fg" | "Bg", code: number): string[] {
  const value = which === "Fg" ? pen.getFgColor() : pen.getBgColor();
  if (which === "Fg" ? pen.isFgRGB() : pen.isBgRGB()) {
    return [`${code};2;${(value >> 16) & 255};${(value >> 8) & 255};${value & 255}`];
  }
  return (which === "Fg" ? pen.isFgPalette() : pen.isBgPalette()) ? [`${code};5;${value}`] : [];
}
