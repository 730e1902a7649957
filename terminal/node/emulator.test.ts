import headless, { type Terminal } from "@xterm/headless";
import { describe, expect, it } from "vitest";
import { useCharacterWidths } from "../common/character-width.js";
import { OutputFilter } from "../common/output-filter.js";
import { FIXTURE_SIZE, sequences } from "../common/sequences-for-tests.js";
import { ColourChanges } from "./colour-changes.js";
import { internalsOf, type Attributes, type ScreenBuffer } from "./emulator-internals.js";
import { Emulator } from "./emulator.js";

const { columns, rows } = FIXTURE_SIZE;
const COLOUR_AND_FLAGS = ~0x1000_0000;

/** An emulator as the page has it, with what the comparison needs. */
interface Page {
  terminal: Terminal;
  filter: OutputFilter;
  colours: ColourChanges;
  title: string;
}

function openPage(): Page {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, logLevel: "off" });
  useCharacterWidths(terminal);
  const colours = new ColourChanges(terminal.parser);
  const page = { terminal, filter: new OutputFilter(columns, rows), colours, title: "" };
  terminal.onTitleChange((title) => (page.title = title));
  return page;
}

function write(page: Page, text: string | Uint8Array): void {
  internalsOf(page.terminal).writeSync(page.filter.filter(Buffer.from(text)));
}

describe("a snapshot restores exactly", () => {
  it.each(Object.entries(sequences))("%s", (_name, { put, next = "" }) => {
    const emulator = new Emulator(FIXTURE_SIZE);
    emulator.write(Buffer.from(put));
    const restored = openPage();
    const direct = openPage();
    write(restored, emulator.snapshot());
    write(direct, put);
    expect(describeState(restored)).toEqual(describeState(direct));
    write(restored, next);
    write(direct, next);
    expect(describeState(restored)).toEqual(describeState(direct));
  });

  it("a screen in which every cell has a colour of its own, with its scrollback", () => {
    const emulator = new Emulator({ columns: 120, rows: 40 });
    const cells = Array.from(
      { length: 120 * 1_040 },
      (_, cell) => `\u001b[38;2;${cell % 256};${cell % 251};${cell % 241};48;2;${cell % 239};1;2mx`,
    );
    for (let at = 0; at < cells.length; at += 1_000)
      emulator.write(Buffer.from(cells.slice(at, at + 1_000).join("")));
    const snapshot = emulator.snapshot();
    expect(snapshot.length).toBeGreaterThan(4_000_000);
    const again = new Emulator({ columns: 120, rows: 40 });
    again.write(snapshot);
    expect(Buffer.compare(again.snapshot(), snapshot)).toBe(0);
  });

  it("the inside of a sequence that has no end", () => {
    for (const begin of ["\u001b]2;", "\u001b_", "\u001b["]) {
      const emulator = new Emulator(FIXTURE_SIZE);
      emulator.write(Buffer.from(begin + "1".repeat(10_000)));
      const restored = openPage();
      write(restored, emulator.snapshot());
      write(restored, "1111\u001b\\seen");
      expect(restored.terminal.buffer.active.getLine(0)?.translateToString(true)).toBe("seen");
      expect(restored.title).toBe("");
    }
  });
});

describe("the emulator", () => {
  it("answers what programs ask a terminal", () => {
    const emulator = new Emulator(FIXTURE_SIZE);
    emulator.write(Buffer.from("ab\u001b[6n\u001b[c"));
    expect(emulator.takeAnswers()).toBe("\u001b[1;3R\u001b[?1;2c");
    expect(emulator.takeAnswers()).toBe("");
  });
});

function describeState({ terminal, colours, title }: Page): object {
  const core = internalsOf(terminal);
  const { decPrivateModes, modes, isCursorHidden } = core.coreService;
  const isAlternate = terminal.buffer.active.type === "alternate";
  return {
    type: terminal.buffer.active.type,
    lines: linesOf(terminal, "normal"),
    alternate: isAlternate && linesOf(terminal, "alternate"),
    normal: isAlternate ? { ...bufferOf(core.buffers.normal), cursor: [] } : bufferOf(core.buffers.normal),
    alt: isAlternate && bufferOf(core.buffers.alt),
    pen: attributesOf(terminal, core["_inputHandler"]["_curAttrData"], true),
    canJoin: core["_inputHandler"]["_parser"].precedingJoinState,
    modes: { ...decPrivateModes, ...modes, isCursorHidden },
    options: [core.optionsService.rawOptions.convertEol, core.optionsService.rawOptions.cursorBlink],
    mouse: [core.coreMouseService.activeProtocol, core.coreMouseService.activeEncoding],
    charsets: [
      core["_charsetService"].glevel,
      core["_charsetService"].charset?.["q"],
      ...Array.from({ length: 4 }, (_, level) => JSON.stringify(core["_charsetService"]["_charsets"][level])),
    ],
    colours: colours.text(),
    title,
  };
}

function bufferOf(buffer: ScreenBuffer): object {
  const { x, y, scrollTop, scrollBottom, savedX, savedY, ybase, savedCharset, savedCurAttrData, tabs } =
    buffer;
  return {
    cursor: [x, y],
    region: [scrollTop, scrollBottom],
    saved: [savedX, Math.max(0, savedY - ybase), JSON.stringify(savedCharset)],
    savedPen: [savedCurAttrData.fg, savedCurAttrData.bg & COLOUR_AND_FLAGS],
    tabs: Object.keys(tabs).filter((column) => tabs[Number(column)] && Number(column) < columns),
  };
}

function linesOf(terminal: Terminal, which: "normal" | "alternate"): string[] {
  const buffer = terminal.buffer[which];
  return Array.from({ length: buffer.length }, (_, y) => {
    const line = buffer.getLine(y);
    const cells = Array.from({ length: terminal.cols }, (__, x) => {
      const cell = line?.getCell(x);
      if (!cell) return "";
      return `${cell.getChars()}|${cell.getWidth()}|${attributesOf(terminal, cell as unknown as Attributes)}`;
    });
    return `${line?.isWrapped ? "wrapped " : ""}${cells.join(" ")}`;
  });
}

/** Colours and flags as they are; a link by what it leads to. */
function attributesOf(terminal: Terminal, { fg, bg, extended }: Attributes, isPen = false): string {
  const hasExtended = isPen || (bg & ~COLOUR_AND_FLAGS) !== 0;
  const link =
    hasExtended && extended.urlId ? internalsOf(terminal)["_oscLinkService"].getLinkData(extended.urlId) : "";
  const underline = hasExtended ? extended["_ext"] & 0x1fff_ffff : 0;
  return [fg, bg & COLOUR_AND_FLAGS, underline, link ? `${link.id ?? ""};${link.uri}` : ""].join();
}
