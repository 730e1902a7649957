import { describe, expect, it } from "vitest";
import { OUTPUT_LIMIT, plainText } from "./plain-text.js";

describe("plain text", () => {
  const cases: [string, string, string][] = [
    ["colours", "\u001b[1;31mred\u001b[0m\r\n", "red\n"],
    ["titles and links", "\u001b]0;t\u0007a\u001b]8;;http://x\u001b\\b\u001b]8;;\u001b\\", "ab"],
    ["progress that overwrites itself", "10%\r50%\r100%\r\ndone", "100%\ndone"],
    ["a shorter overwrite", "longer\rab", "abnger"],
    ["backspaces", "abc\b\bX", "aXc"],
    ["a progress bar that erases its line", "\r[####]\r\u001b[Kdone\r\n", "done\n"],
    ["charsets and keypad modes", "\u001b(B\u001b=x\u001b>", "x"],
    ["unicode", "漢字 🎉\r\n", "漢字 🎉\n"],
    ["a sequence that was cut off", "text\u001b]133;D", "text"],
  ];
  it.each(cases)("of %s", (_name, raw, text) => expect(plainText(raw)).toEqual({ text, truncated: false }));

  it("keeps the end of much output and is not slow on hostile input", () => {
    const { text, truncated } = plainText(`${"a".repeat(OUTPUT_LIMIT)}end`);
    expect([text.length, text.endsWith("end"), truncated]).toEqual([OUTPUT_LIMIT, true, true]);
    const before = process.cpuUsage();
    for (const hostile of ["\b", "a\b", "\r", "\u001b[", "\u001b]", "\u001bP"])
      plainText(hostile.repeat(100_000));
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(3_000_000);
  });
});
