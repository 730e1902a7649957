import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadLab } from "./load-lab.js";
import { slidesContent } from "./slides.js";
import { writeFiles } from "./write-files-for-tests.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-slides-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function content(path: string): Promise<string> {
  const found = await slidesContent(await loadLab(folder), path);
  return "html" in found ? found.html : readFileSync(found.file, "utf8");
}

async function write(files: Record<string, string>): Promise<void> {
  await writeFiles(folder, {
    "workshop.yaml": "title: Slides\nslides: deck\n",
    "pages/a.md": "a\n",
    ...files,
  });
}

it("are the files of the lab's folder, and those of reveal.js and impress.js where the folder has none", async () => {
  await write({ "deck/index.html": "mine", "deck/dist/theme/white.css": "my theme" });
  expect(await content("")).toBe("mine");
  expect(await content("dist/theme/white.css")).toBe("my theme");
  expect(await content("dist/theme/black.css")).toContain(".reveal");
  expect(await content("js/impress.js")).toContain("impress");
});

it.each([
  ["dist/reveal.js", "css/reveal.css", "3"],
  ["js/reveal.js", "css/theme/sky.css", "3"],
  ["reveal.js/dist/reveal.js", "plugin/notes/notes.js", "5"],
  ["dist/plugin/markdown.js", "dist/plugin/highlight/monokai.css", "6"],
])("finds %s and %s as decks of reveal.js %s name them", async (script, style) => {
  await write({ "deck/index.html": "" });
  expect(await content(script)).toMatch(/Reveal/);
  expect(await content(style)).not.toBe("");
});

it("are made of a Markdown file where there is no page", async () => {
  await write({ "deck/slides.md": "# One\n\n---\n\n# Two\n" });
  expect(await content("")).toContain('data-markdown="slides.md"');
  expect(await content("index.html")).toContain("Reveal.initialize");
});

it.each(["../workshop.yaml", "secret", "..", "sub/", "package.json", "js/../package.json"])(
  "have nothing at %s",
  async (path) => {
    await write({ "deck/index.html": "", "deck/sub/a.txt": "" });
    writeFileSync(join(folder, "outside.txt"), "outside");
    symlinkSync(join(folder, "outside.txt"), join(folder, "deck/secret"));
    await expect(content(path)).rejects.toMatchObject({ code: "LAB_FILE_NOT_FOUND" });
  },
);

it.each(["/etc", "../..", "gone"])("of the folder %s are an error of the lab", async (slides) => {
  await write({ "workshop.yaml": `title: Slides\nslides: ${slides}\n` });
  const lab = await loadLab(folder);
  expect(lab.problems).toMatchObject([{ rule: "slides", severity: "error", file: "workshop.yaml" }]);
  await expect(slidesContent(lab, "passwd")).rejects.toMatchObject({ code: "LAB_FILE_NOT_FOUND" });
});
