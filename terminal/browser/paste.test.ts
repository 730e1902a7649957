import { describe, expect, it } from "vitest";
import { PASTE_LIMIT, preparePaste } from "./paste.js";

describe("a paste", () => {
  it("cannot end its brackets or bring other control characters", () => {
    expect(preparePaste("a\u001b[201~\rrm\u0003\u009b", true).text).toBe("a[201~\nrm");
  });

  it("does not run by its last line end where the shell does not ask for brackets", () => {
    expect(preparePaste("ls\r\n", false)).toEqual({
      text: "ls",
      lines: 1,
      needsConsent: false,
      isTooLarge: false,
    });
    expect(preparePaste("one\ntwo\n", false)).toEqual({
      text: "one\ntwo",
      lines: 2,
      needsConsent: true,
      isTooLarge: false,
    });
    expect(preparePaste("one\ntwo\n", true).needsConsent).toBe(false);
  });

  it("is too large beyond its bound, counted in bytes", () => {
    expect(preparePaste("x".repeat(PASTE_LIMIT), true).isTooLarge).toBe(false);
    expect(preparePaste("x".repeat(PASTE_LIMIT + 1), true).isTooLarge).toBe(true);
    expect(preparePaste("漢".repeat(PASTE_LIMIT / 2), true).isTooLarge).toBe(true);
  });

  it("keeps tabs and any language", () => expect(preparePaste("\t漢字 🎉", true).text).toBe("\t漢字 🎉"));
});
