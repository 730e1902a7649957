import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fidelityReport } from "../workshop/common/fidelity-report.js";
import { loadLab } from "../workshop/node/load-lab.js";
import { labsBelow } from "../workshop/node/import/labs-below.js";
import { type TriedLab, corpusTable } from "./corpus-table.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-corpus-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("labs below a folder", () => {
  it("are found by the files of their forms, at any depth and each once", async () => {
    await write({
      "a/native/workshop.yaml": "title: x",
      "a/native/pages/a.md": "a",
      "a/native/pages/workshop/content/b.md": "no lab of its own",
      "b/c/hugo/workshop/content/a.md": "a",
      "b/c/classic/workshop/modules.yaml": "modules: {}",
      "b/node_modules/x/workshop/content/a.md": "no lab of anybody's",
      "d/scenario/index.json": '{"title":"T","details":{"steps":[]}}',
      "d/program/index.json": "{}",
      "d/track/track.yml": "title: x",
    });
    const found = await labsBelow(folder);
    expect(found.map(({ path, form }) => `${form} ${path.slice(folder.length + 1)}`)).toEqual([
      "native a/native",
      "classic b/c/classic",
      "hugo b/c/hugo",
      "killercoda d/scenario",
      "instruqt d/track",
    ]);
  });
});

describe("the table", () => {
  it("has a line for each lab, action and reason, and sums that agree with them", async () => {
    const resource = "kind: Workshop\nspec: {session: {applications: {docker: {enabled: true}}}}\n";
    const works = "```terminal:execute\ncommand: ls\n```\n\n";
    await write({
      "one/workshop/content/a.md": `${works}\`\`\`editor:execute-command\ncommand: a\n\`\`\`\n`,
      "one/resources/workshop.yaml": resource,
      "two/workshop/content/a.md": works + works,
      "two/resources/workshop.yaml": resource,
    });
    const tried: TriedLab[] = [{ path: "gone", form: "hugo", unreadable: "It has no page [LAB_INVALID]" }];
    for (const { path, form } of await labsBelow(folder))
      tried.push({ path: path.slice(folder.length + 1), form, report: fidelityReport(await loadLab(path)) });
    const rows = corpusTable(tried)
      .split("\n")
      .map((line) => line.split(/ {2,}/).join("|"));
    expect(rows).toEqual(
      expect.arrayContaining([
        "gone|hugo|does not load",
        "one|hugo|1|1|0|1|0|1|yes",
        "two|hugo|1|2|0|0|0|0|yes",
        "terminal:execute|3|0|0|0",
        "editor:execute-command|0|0|1|0",
        expect.stringMatching(/^spec\.session\.applications\.docker .*\|2\|2$/),
        "gone: It has no page [LAB_INVALID]",
        "hugo|3|2|1|2|2|4|3|0|1|0",
        "all|3|2|1|2|2|4|3|0|1|0",
      ]),
    );
  });
});

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
