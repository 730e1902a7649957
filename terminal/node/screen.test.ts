import headless, { type Terminal } from "@xterm/headless";
import { describe, expect, it } from "vitest";
import { Screen } from "./screen.js";

const SIZE = { cols: 40, rows: 12 };

/** States that programs put a terminal into, and a text whose effect depends on them. */
const probes: Record<string, { put: string; next: string }> = {
  "scroll region": { put: "1\r\n2\r\n3\r\n4\u001b[2;4r\u001b[4;1H", next: "\nnew\n" },
  "scroll region with pending wrap": { put: `\u001b[3;6r\u001b[5;1H${"x".repeat(40)}`, next: "y" },
  "origin mode": { put: "\u001b[3;8r\u001b[?6h\u001b[2;2H", next: "a\u001b[1;1Hb" },
  "tab stops": { put: "\u001b[3g\u001b[1;5H\u001bH\u001b[1;20H\u001bH\u001b[1;1H", next: "\tx\ty" },
  "saved cursor with its colour": {
    put: "\u001b[5;7H\u001b[1;38;5;201m\u001b7\u001b[0m\u001b[2;2H",
    next: "here\u001b8back",
  },
  "saved cursor of the alternate screen": {
    put: "\u001b[?1049h\u001b[4;4H\u001b7\u001b[8;1H",
    next: "\u001b8alt",
  },
  "line drawing": { put: "\u001b(0", next: "lqk" },
  "line drawing in G1": { put: "\u001b)0\u000e", next: "lqk\u000flqk" },
  "hidden cursor": { put: "\u001b[?25l", next: "" },
  "mouse in SGR encoding": { put: "\u001b[?1000h\u001b[?1006h", next: "" },
  "bracketed paste, application keys, focus events": {
    put: "\u001b[?2004h\u001b[?1h\u001b[?1004h\u001b=",
    next: "",
  },
  "insert mode and no autowrap": { put: "abc\r\u001b[4h\u001b[?7l", next: "x" },
  "pen in 24-bit colour": { put: "\u001b[3;4;38;2;1;2;3;48;5;9m", next: "painted" },
  "alternate screen of a full-screen program": {
    put: "before\r\n\u001b[?1049h\u001b[2J\u001b[1;1Hfull",
    next: "\u001b[?1049lafter",
  },
  "wide and combining characters": { put: "漢字 e\u0301 🎉 ✓", next: "!" },
};

describe("a snapshot restores", () => {
  for (const [name, { put, next }] of Object.entries(probes)) {
    it(name, async () => {
      const screen = new Screen(SIZE.cols, SIZE.rows, () => undefined);
      await feed(screen, put);
      const restored = new headless.Terminal({ ...SIZE, allowProposedApi: true });
      const direct = new headless.Terminal({ ...SIZE, allowProposedApi: true });
      await write(restored, await screen.snapshot());
      await write(direct, put);
      expect(describeState(restored)).toEqual(describeState(direct));
      await write(restored, next);
      await write(direct, next);
      expect(describeState(restored)).toEqual(describeState(direct));
    });
  }

  it("the title", async () => {
    const screen = new Screen(SIZE.cols, SIZE.rows, () => undefined);
    await feed(screen, "\u001b]2;my title\u0007");
    const restored = new headless.Terminal({ ...SIZE, allowProposedApi: true });
    let title = "";
    restored.onTitleChange((text) => (title = text));
    await write(restored, await screen.snapshot());
    expect(title).toBe("my title");
  });
});

describe("the screen", () => {
  it("answers what programs ask a terminal", async () => {
    const answers: string[] = [];
    const screen = new Screen(SIZE.cols, SIZE.rows, (text) => answers.push(text));
    await feed(screen, "ab\u001b[6n\u001b[c");
    expect(answers).toEqual(["\u001b[1;3R", "\u001b[?1;2c"]);
  });
});

async function feed(screen: Screen, text: string): Promise<void> {
  await new Promise<void>((resolve) => screen.write(Buffer.from(text), resolve));
}

async function write(terminal: Terminal, text: string): Promise<void> {
  await new Promise<void>((resolve) => terminal.write(text, resolve));
}

function describeState(terminal: Terminal): object {
  const { active } = terminal.buffer;
  const core = (terminal as unknown as { ["_core"]: Record<string, unknown> })["_core"] as {
    coreService: { isCursorHidden: boolean };
    coreMouseService: { activeEncoding: string };
  };
  const lines = Array.from({ length: active.length }, (_, row) => {
    const line = active.getLine(row);
    return Array.from({ length: terminal.cols }, (__, column) => {
      const cell = line?.getCell(column);
      return cell
        ? [
            cell.getChars() || " ",
            cell.getFgColor(),
            cell.getBgColor(),
            cell.isBold(),
            cell.isUnderline(),
          ].join()
        : "";
    });
  });
  return {
    lines,
    type: active.type,
    cursor: [active.cursorX, active.cursorY],
    modes: { ...terminal.modes },
    hidden: core.coreService.isCursorHidden,
    encoding: core.coreMouseService.activeEncoding,
  };
}
