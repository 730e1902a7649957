import headless from "@xterm/headless";
import { describe, expect, it } from "vitest";
import { characterWidth, useCharacterWidths } from "./character-width.js";
import { OutputFilter } from "./output-filter.js";
import { sequences } from "./sequences-for-tests.js";

const E = "\u001b";

/** What passes when the text comes in pieces of so many bytes. */
function pass(text: string | Uint8Array, size = Number.MAX_SAFE_INTEGER): string {
  const bytes = Buffer.from(text);
  const filter = new OutputFilter(80, 24);
  const passed: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) passed.push(filter.filter(bytes.subarray(at, at + size)));
  return Buffer.concat(passed).toString("latin1");
}

function passText(text: string, size?: number): string {
  return Buffer.from(pass(text, size), "latin1").toString("utf8");
}

describe("the output filter", () => {
  it.each(Object.entries(sequences))("lets through unchanged: %s", (_name, { put, next = "" }) => {
    for (const size of [1, 2, 3, 7, 1_000]) expect(passText(put + next, size)).toBe(put + next);
  });

  it("clamps what is done as often as a number says, to the size of the screen", () => {
    for (const final of "@ILMPSTXZb") expect(passText(`${E}[2147483647${final}`, 3)).toBe(`${E}[80${final}`);
    expect(passText(`\u009b2147483647L`)).toBe("\u009b80L");
    expect(passText(`${E}[0000000000099999999999L`)).toBe(`${E}[80L`);
    expect(passText(`${E}[999999'}`)).toBe(`${E}[80'}`);
    expect(passText(`${E}[9999;9999H${E}[?69999h`)).toBe(`${E}[9999;9999H${E}[?65535h`);
    expect(passText(`${E}[3\n4444L`, 1)).toBe(`${E}[3\n80L`);
  });

  it("follows the size of the screen", () => {
    const filter = new OutputFilter(80, 24);
    filter.resize(200, 50);
    expect(Buffer.from(filter.filter(Buffer.from(`${E}[999L`))).toString()).toBe(`${E}[200L`);
  });

  it("lets 16 marks stand on a character, and again on the next", () => {
    const marks = "\u0301".repeat(1_000);
    for (const size of [1, 5, 4_096])
      expect(passText(`a${marks}b${marks}\u200d`, size)).toBe(
        `a${"\u0301".repeat(16)}b${"\u0301".repeat(16)}`,
      );
  });

  it("drops strings and sequences without end, and goes on after them", () => {
    const long = "x".repeat(5_000);
    for (const begin of ["]2;", "P", "_", "^", "X"]) {
      for (const size of [1, 1_000, 100_000])
        expect(passText(`a${E}${begin}${long}${E}\\b`, size)).toBe(`a${E}\\b`);
    }
    expect(passText(`a${E}]2;${long}\u0007b`, 9)).toBe("ab");
    expect(passText(`a${E}[${"1;".repeat(500)}mb`, 9)).toBe("ab");
    expect(passText(`${E}]2;${"t".repeat(4_000)}\u0007`)).toContain("t".repeat(4_000));
  });

  it("leaves out bytes that are no UTF-8", () => {
    const bad = Buffer.from([0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82, 0x62, 0xed, 0xa0, 0x80, 0xc0, 0x9b, 0x63]);
    for (const size of [1, 100]) {
      const filter = new OutputFilter(80, 24);
      const passed = [];
      for (let at = 0; at < bad.length; at += size) passed.push(filter.filter(bad.subarray(at, at + size)));
      expect(Buffer.concat(passed).toString("latin1")).toBe("a(bc");
    }
  });

  it("bounds links and how far one goes", () => {
    const opened = passText(`${E}]8;;http://a/\u0007x`.repeat(3_000)).split("http://a/").length - 1;
    expect(opened).toBe(2_000);
    const later = passText(
      `${`${E}]8;;http://a/\u0007x`.repeat(3_000)}${"\n".repeat(6_000)}${E}]8;;http://b/\u0007`,
    );
    expect(later).toContain("http://b/");
    expect(passText(`${E}]8;;http://a/\u0007${"x".repeat(20_000)}`, 100)).toContain(`${E}]8;;${E}\\`);
  });

  it("holds back a bounded rest and takes time in proportion to what comes", () => {
    const worst = [
      `${E}[2147483647L`,
      `${E}[`,
      `${E}]8;;http://a/\u0007x`,
      "a\u0301\u0301",
      `${E}]`,
      E,
      "\u009b",
      `${E}[1;1;1;1`,
    ];
    for (const piece of worst) {
      const text = Buffer.from(piece.repeat(Math.ceil(1_000_000 / Buffer.byteLength(piece))));
      const filter = new OutputFilter(80, 24);
      const before = process.cpuUsage();
      for (let from = 0; from < text.length; from += 64) filter.filter(text.subarray(from, from + 64));
      const { user, system } = process.cpuUsage(before);
      expect(user + system, piece).toBeLessThan(5_000_000);
    }
  });
});

describe("widths", () => {
  it("are those of the C library", () => {
    const expected: [string, number][] = [
      ["a", 1],
      ["é", 1],
      ["\u0301", 0],
      ["漢", 2],
      ["🐳", 2],
      ["🫠", 2],
      ["\u200d", 0],
    ];
    for (const [character, width] of expected)
      expect(characterWidth(character.codePointAt(0) ?? 0), character).toBe(width);
  });

  it("put the cursor where a line editor expects it", async () => {
    const terminal = new headless.Terminal({ allowProposedApi: true });
    useCharacterWidths(terminal);
    await new Promise<void>((resolve) => terminal.write("🐳🐳🐳🐳\b\b\b\bZ", resolve));
    expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toBe("🐳🐳Z 🐳");
  });
});
