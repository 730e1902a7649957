import { execFileSync } from "node:child_process";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labFiles } from "./lab-files.js";
import { lintLab } from "./lint-lab.js";
import { loadLab } from "./load-lab.js";
import { writeFiles } from "./write-files-for-tests.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-forms-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("what is no file in a lab", () => {
  it.each(["workshop.yaml", "pages/a.md", "checks.yaml"])(
    "a pipe as %s: it is refused in words",
    async (path) => {
      await write({ "workshop.yaml": "title: x\n", "pages/a.md": "a", "checks.yaml": "pages: []" });
      replaceByPipe(path);
      await expect(loadLab(folder)).rejects.toThrow(new RegExp(`${path} cannot be read: it is a pipe`));
    },
  );

  it("a folder as a page, and a device as checks: it is refused in words", async () => {
    await write({ "workshop.yaml": "title: x\n", "pages/a.md/b": "a" });
    await expect(loadLab(folder)).rejects.toThrow(/a\.md cannot be read: it is a folder, not a file/);
    rmSync(join(folder, "pages/a.md"), { recursive: true });
    await write({ "pages/a.md": "a" });
    symlinkSync("/dev/zero", join(folder, "checks.yaml"));
    await expect(loadLab(folder)).rejects.toThrow(/checks\.yaml cannot be read: it is a pipe or a device/);
  });

  it("a pipe as a picture or in the home: it is none of them", async () => {
    await write({
      "workshop.yaml": "title: x\n",
      "pages/a.md": "![](b.png)",
      "pages/b.png": "",
      "files/c": "",
    });
    for (const path of ["pages/b.png", "files/c"]) replaceByPipe(path);
    const lab = await loadLab(folder);
    expect(lab.pages[0]?.pictures).toEqual({ "b.png": null });
    for await (const file of labFiles(lab)) expect(file).toBeUndefined();
  });
});

describe("a file in another encoding", () => {
  it("is read as UTF-16 where it says so, line ends of Windows included", async () => {
    const page = "\uFEFF---\r\ntitle: Grüße 漢字\r\n---\r\n```execute\r\nls\r\n```\r\n";
    await write({ "workshop.yaml": "", "pages/a.md": "", "pages/b.md": "" });
    writeFileSync(join(folder, "workshop.yaml"), Buffer.from("\uFEFFtitle: Übung\r\n", "utf16le"));
    writeFileSync(join(folder, "pages/a.md"), Buffer.from(page, "utf16le"));
    writeFileSync(join(folder, "pages/b.md"), Buffer.from(page, "utf16le").swap16());
    const lab = await loadLab(folder);
    expect([lab.title, ...lab.pages.map(({ title }) => title)]).toEqual([
      "Übung",
      "Grüße 漢字",
      "Grüße 漢字",
    ]);
    expect(lintLab(lab)).toEqual([]);
  });

  it("is refused as YAML, with the line, and never read with characters missing", async () => {
    await write({ "workshop.yaml": "", "pages/a.md": "a" });
    writeFileSync(join(folder, "workshop.yaml"), Buffer.from("minutes: 5\ntitle: Übung\n", "latin1"));
    await expect(loadLab(folder)).rejects.toThrow(/line 2 cannot be read: this line is not UTF-8/);
  });
});

describe("front matter", () => {
  it.each([
    ["---\ntitle: A\n\n# B\n", [["front-matter", 1]]],
    ["+++\ntitle = 'A'\n\n# B\n", [["front-matter", 1]]],
    ["---\n\nA line across the page, and text: with a colon.\n", []],
    ["---\n# B\n", []],
  ])("without an end is told: %j", async (page, problems) => {
    await write({ "workshop.yaml": "title: x\n", "pages/a.md": page });
    expect(lintLab(await loadLab(folder)).map(({ rule, line }) => [rule, line])).toEqual(problems);
  });

  it("has a weight in quotes and a title that is none, as Hugo takes them", async () => {
    await write({
      "workshop/config.yaml": "{}\n",
      "workshop/content/a.md": '---\ntitle: 2024\nweight: "20"\n---\n',
      "workshop/content/b.md": "---\ntitle:\nweight: 10\n---\n# Begin\n",
    });
    const lab = await loadLab(folder);
    expect(lab.pages.map(({ title }) => title)).toEqual(["Begin", "2024"]);
    expect(lintLab(lab)).toEqual([]);
  });
});

describe("front matter in JSON, as Hugo takes it", () => {
  it("is read up to the brace that ends it", async () => {
    await write({
      "workshop/config.yaml": "{}\n",
      "workshop/content/a.md":
        '{\n  "title": "With } and \\"quotes\\"",\n  "weight": 20,\n  "more": {"x": [1]}\n}\n\n[lost](gone.md)\n',
      "workshop/content/b.md": '{"title": "First", "weight": 10}\ntext\n',
    });
    const lab = await loadLab(folder);
    expect(lab.pages.map(({ title }) => title)).toEqual(["First", 'With } and "quotes"']);
    expect(lintLab(lab).map(({ file, line }) => `${file}:${line}`)).toEqual(["workshop/content/a.md:7"]);
  });

  it.each([
    ['{"title": 1,,}\ntext\n', [["front-matter", 1]]],
    ['{"title": "A"} is how it begins\n', []],
    ["{ braces }\n", []],
    ["{{ session_name }}\n", []],
  ])("is told where it cannot be read, and other braces are text: %j", async (page, problems) => {
    await write({ "workshop.yaml": "title: x\n", "pages/a.md": page });
    expect(lintLab(await loadLab(folder)).map(({ rule, line }) => [rule, line])).toEqual(problems);
  });
});

function write(files: Record<string, string>): Promise<void> {
  return writeFiles(folder, files);
}

function replaceByPipe(path: string): void {
  rmSync(join(folder, path));
  execFileSync("mkfifo", [join(folder, path)]);
}
