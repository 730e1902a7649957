import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { lint } from "./lint.js";
import { terminalText } from "./terminal-text.js";

it("what others wrote moves no cursor and sets no title, and is the same text to who reads JSON", () => {
  const written = "\u001b]0;title\u0007\u009b2J\u001b[31m\rred\u007f";
  const shown = terminalText(JSON.stringify({ title: `${written}\tgrün 漢字 👩‍👧\n` }));
  expect(shown).not.toMatch(/(?!\n)\p{Cc}/u);
  expect(JSON.parse(shown)).toEqual({ title: `${written}\tgrün 漢字 👩‍👧\n` });
  expect(terminalText(written)).toBe(String.raw`\u001b]0;title\u0007\u009b2J\u001b[31m\u000dred\u007f`);
  expect(terminalText("one \u202Eowt\u2066")).toBe(String.raw`one \u202eowt\u2066`);
  expect(terminalText("one\ttwo\n")).toBe("one\ttwo\n");
});

it("a page that is linted says what is wrong with it without doing it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lectern-terminal-text-"));
  mkdirSync(join(folder, "pages"));
  writeFileSync(join(folder, "workshop.yaml"), "title: x\n");
  writeFileSync(join(folder, "pages/a.md"), "```execute check=/x\u001b[2Jx\nls\n```\n");
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await lint([folder], {}).catch(() => undefined);
    const said = written.mock.calls.map(([text]) => String(text)).join("");
    expect(said).toContain(String.raw`not "/x\u001b[2Jx"`);
    expect(said).not.toContain("\u001b");
  } finally {
    written.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
