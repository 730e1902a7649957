import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { labFiles } from "./lab-files.js";
import { lintLab } from "./lint-lab.js";
import { loadLab } from "./load-lab.js";
import { whyUnreadable } from "./unreadable-file.js";
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

describe("a page that cannot be read", () => {
  it.each<[string, (page: string) => void, string]>([
    [
      "a link to nothing",
      (page) => symlinkSync("gone.md", page),
      "it is a link to gone.md, which is not there",
    ],
    ["a link to itself", (page) => symlinkSync("b.md", page), "it is a link that leads back to itself"],
    ["a folder", (page) => mkdirSync(page), "it is a folder, not a file"],
    ["a file in place of its folder", (page) => symlinkSync("a.md/c.md", page), "is a file"],
  ])("is a page that cannot be shown, and is named with why: %s", async (_what, make, why) => {
    await write({ "workshop.yaml": "title: x\n", "pages/a.md": "a" });
    make(join(folder, "pages/b.md"));
    const lab = await loadLab(folder);
    expect(lab.pages.map(({ name }) => name)).toEqual(["a", "b"]);
    const [problem] = lintLab(lab);
    expect(problem).toMatchObject({
      severity: "error",
      rule: "unreadable-page",
      file: "pages/b.md",
      line: 1,
    });
    expect(problem?.message).toContain("The page pages/b.md cannot be read: ");
    expect(problem?.message).toContain(why);
    expect(problem?.message).not.toMatch(/E[A-Z]{4,}/);
  });

  it("refuses the lab where no page of it can be read", async () => {
    await write({ "workshop.yaml": "title: x\n", "pages/b.md/c": "" });
    await expect(loadLab(folder)).rejects.toThrow("The page pages/b.md cannot be read: it is a folder");
  });

  it.each(["EACCES", "EPERM"])("is named with what to do where it may not be read: %s", async (code) => {
    const refused = Object.assign(new Error(`${code}: not permitted, open 'x'`), { code });
    expect(await whyUnreadable(join(folder, "a.md"), refused)).toBe(
      "the account that runs this may not read it; change its mode",
    );
  });

  it("leaves the other pages of an Educates workshop as they are", async () => {
    await write({ "workshop/config.yaml": "{}\n", "workshop/content/a.md": "# A" });
    symlinkSync("gone.md", join(folder, "workshop/content/b.md"));
    const lab = await loadLab(folder);
    expect(lab.pages.map(({ title }) => title)).toEqual(["A", "B"]);
    expect(lab.pages[1]?.source).toContain("This page cannot be shown");
    expect(lintLab(lab).map(({ file, line, message }) => `${file}:${line} ${message}`)).toEqual([
      expect.stringMatching(/^workshop\/content\/b\.md:1 .*it is a link to gone\.md, which is not there$/),
    ]);
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

  it.each<[string, Record<string, string>]>([
    ["workshop.yaml", { "workshop.yaml": "minutes: 5\ntitle: Übung\n", "pages/a.md": "a" }],
    ["pages/a.md", { "workshop.yaml": "title: x\n", "pages/a.md": "# A\nÜbung\n" }],
    [
      "checks.yaml",
      {
        "workshop.yaml": "title: x\n",
        "pages/a.md": "```execute\nls\n```\n",
        "checks.yaml": "pages:\n- {page: a, steps: [{step: 0, hint: Übung}]}\n",
      },
    ],
    [
      "workshop/config.yaml",
      { "workshop/config.yaml": "params:\n- {name: x, value: Übung}\n", "workshop/content/a.md": "# A" },
    ],
    [
      "workshop/workshop.yaml",
      { "workshop/workshop.yaml": "modules: {activate: [a]}\nname: Übung\n", "workshop/content/a.md": "# A" },
    ],
    [
      "workshop/modules.yaml",
      { "workshop/modules.yaml": "modules:\n  a: {name: Übung}\n", "workshop/content/a.md": "# A" },
    ],
    [
      "resources/workshop.yaml",
      {
        "workshop/config.yaml": "{}\n",
        "workshop/content/a.md": "# A",
        "resources/workshop.yaml": "kind: Workshop\nspec: {title: Übung}\n",
      },
    ],
  ])("is read whole as Latin-1 where it is neither, and told with its line: %s", async (path, files) => {
    await write(files);
    writeFileSync(join(folder, path), Buffer.from(files[path] ?? "", "latin1"));
    const lab = await loadLab(folder);
    expect(JSON.stringify(lab)).toContain("Übung");
    expect(
      lintLab(lab).map(({ file, line, rule, severity }) => `${file}:${line} ${severity} ${rule}`),
    ).toEqual([`${path}:2 warning encoding`]);
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
