import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadLab } from "./load-lab.js";
import { writeFiles } from "./write-files-for-tests.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-drawings-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function problemsOf(page: string, triesDrawings = true): Promise<string[]> {
  await writeFiles(folder, { "workshop.yaml": "title: x\n", "pages/a.md": page });
  const { problems } = await loadLab(folder, { triesDrawings });
  return problems.map(({ line, severity, rule, message }) => `${line} ${severity} ${rule}: ${message}`);
}

const GOOD = [
  "Within $`a^2`$ a sentence, and alone:",
  "",
  "$$",
  "\\frac{a}{b}",
  "$$",
  "",
  ...[
    "graph TD\n  A[Start here] --> B",
    "sequenceDiagram\n  A->>B: hi",
    'pie title x\n  "a": 1',
    "classDiagram\n  class A",
  ].map((text) => `\`\`\`mermaid\n${text}\n\`\`\`\n`),
].join("\n");

it("finds nothing in formulas and diagrams that browsers draw", async () => {
  expect(await problemsOf(GOOD)).toEqual([]);
});

it("names those that none can draw, with their lines", async () => {
  const page = [
    "# Faults",
    "",
    "A formula $`\\frac{a`$ here.",
    "",
    "```math",
    "x + \\nope",
    "```",
    "",
    "```mermaid",
    "graph TD",
    "  A[x] --> B",
    "  B[never closed --> C",
    "```",
    "",
    "- ```mermaid",
    "  nothing known",
    "  ```",
  ].join("\n");
  expect(await problemsOf(page)).toEqual([
    expect.stringMatching(
      /^3 error drawing: The formula cannot be drawn, .*: Unexpected end of input/,
    ) as string,
    expect.stringMatching(
      /^6 error drawing: The formula cannot be drawn, .*: Undefined control sequence: \\nope/,
    ) as string,
    expect.stringMatching(
      /^12 error drawing: The diagram cannot be drawn, .*: Parse error: .*never closed --/,
    ) as string,
    expect.stringMatching(
      /^16 error drawing: The diagram cannot be drawn, .*: No diagram type detected/,
    ) as string,
  ]);
  expect(await problemsOf(page, false)).toEqual([]);
});
