import { describe, expect, it } from "vitest";
import { StreamScanner, type ShellMark } from "./stream-scanner.js";

const encoder = new TextEncoder();
const STREAM =
  "plain \u001b[1;31mred\u001b[0m 漢字 🎉\u001b]0;title\u0007\u001b]133;D;7;3;nonce\u0007\u001b]133;B;nonce\u001b\\" +
  "\u001bP$q m\u001b\\\u001b(0\u001b]8;;http://x\u001b\\link\u001b]133;C;1\u0007 end";

function scanIn(sizes: number): ShellMark[] {
  const bytes = encoder.encode(STREAM);
  const scanner = new StreamScanner();
  const marks: ShellMark[] = [];
  for (let at = 0; at < bytes.length; at += sizes)
    marks.push(...scanner.scan(bytes.subarray(at, at + sizes)));
  expect(scanner.safePosition).toBe(bytes.length);
  return marks;
}

describe("the scanner", () => {
  it("finds the same marks however the stream is cut", () => {
    const whole = scanIn(10_000);
    expect(whole.map(({ kind, fields }) => [kind, ...fields])).toEqual([
      ["D", "7", "3", "nonce"],
      ["B", "nonce"],
      ["C", "1"],
    ]);
    for (let size = 1; size < 40; size += 1) expect(scanIn(size)).toEqual(whole);
  });

  it("knows the bytes of a mark", () => {
    const [mark] = new StreamScanner().scan(encoder.encode("ab\u001b]133;A\u0007cd"));
    expect([mark?.from, mark?.to]).toEqual([2, 10]);
  });

  it("never lets a reader begin inside a character or a sequence", () => {
    const bytes = encoder.encode(STREAM);
    for (let end = 0; end <= bytes.length; end += 1) {
      const scanner = new StreamScanner();
      scanner.scan(bytes.subarray(0, end));
      const rest = bytes.subarray(scanner.safePosition);
      expect(new TextDecoder("utf-8", { fatal: true }).decode(rest)).toBe(
        STREAM.slice(-rest.length || STREAM.length, STREAM.length).slice(
          -new TextDecoder().decode(rest).length || STREAM.length,
        ),
      );
      expect(scanner.safePosition).toBeLessThanOrEqual(end);
    }
  });

  it("is not led astray by endless, broken or cancelled sequences", () => {
    const scanner = new StreamScanner();
    expect(scanner.scan(encoder.encode(`\u001b]133;D;0;${"x".repeat(100_000)}\u0007`))).toEqual([]);
    expect(scanner.scan(encoder.encode("\u001b]133;D;0\u0018\u0007\u001b]133;D;1\u001b[m\u0007"))).toEqual(
      [],
    );
    expect(scanner.scan(encoder.encode("\u001b]133;A\u0007"))).toHaveLength(1);
  });
});
