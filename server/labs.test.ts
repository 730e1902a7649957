import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shippedContent } from "./config.js";
import { loadLab } from "../workshop/node/load-lab.js";
import { loadLabs as loadLabsBy } from "./labs.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-labs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("loadLabs", () => {
  it("finds every shipped lab", async () => {
    const { labs, broken } = await loadLabs([shippedContent]);
    expect(labs.map(({ name }) => name)).toContain("image-registry-policies");
    expect(broken).toEqual([]);
  });

  it("takes a single page, and every page of a folder but its README", async () => {
    for (const name of ["one.md", "two.md", "README.md"]) writeFileSync(join(folder, name), `# ${name}\n`);
    expect((await loadLabs([join(folder, "one.md")])).labs.map(({ name }) => name)).toEqual(["one"]);
    expect((await loadLabs([folder])).labs.map(({ name }) => name)).toEqual(["one", "two"]);
  });

  it.each([
    ["a scenario", "index.json", '{"title": "T", "details": {"steps": []}}'],
    ["a track", "track.yml", "title: T\n"],
  ])(
    "says of %s of another platform, and of a folder of them, how it is imported",
    async (_what, file, text) => {
      const inside = join(folder, "one");
      mkdirSync(inside);
      writeFileSync(join(inside, file), text);
      writeFileSync(join(inside, "step1.md"), "# Step\n");
      for (const path of [inside, folder])
        await expect(loadLabs([path])).rejects.toThrow(`${inside} is a scenario`);
      await expect(loadLabs([folder])).rejects.toThrow(`lectern import ${folder} --out LAB`);
    },
  );

  it.each([
    ["track.yml", "title: T\n"],
    ["index.json", '{"backend": "x", "details": 1, "steps": 2}'],
  ])("reads the labs of a folder with a file %s, and takes no page beside it for one", async (file, text) => {
    mkdirSync(join(folder, "own/pages"), { recursive: true });
    writeFileSync(join(folder, "own/workshop.yaml"), "title: x\n");
    writeFileSync(join(folder, "own/pages/a.md"), "# A\n");
    writeFileSync(join(folder, file), text);
    writeFileSync(join(folder, "step1.md"), "# Step\n");
    expect((await loadLabs([folder])).labs.map(({ name }) => name)).toEqual(["own"]);
  });

  it("reads the others where one is broken, and says which file and line it is", async () => {
    writeFileSync(join(folder, "fine.md"), "# Fine\n");
    const broken = join(folder, "broken");
    mkdirSync(join(broken, "pages"), { recursive: true });
    writeFileSync(join(broken, "workshop.yaml"), "title: x\nobjects: [{a: &b c}, *d]\n");
    for (const paths of [[folder], [broken, join(folder, "fine.md")]]) {
      const loaded = await loadLabs(paths);
      expect(loaded.labs.map(({ name }) => name)).toEqual(["fine"]);
      expect(loaded.broken.map(({ path }) => path)).toEqual([broken]);
      expect(loaded.broken[0]?.message).toMatch(/workshop\.yaml, line 2 .*\*d is read as an alias/);
    }
  });

  it("reads the others in a folder where one has no pages", async () => {
    writeFileSync(join(folder, "fine.md"), "# Fine\n");
    const broken = join(folder, "broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "workshop.yaml"), "title: x\n");
    const loaded = await loadLabs([folder]);
    expect(loaded.labs.map(({ name }) => name)).toEqual(["fine"]);
    expect(loaded.broken).toEqual([{ path: broken, message: expect.stringContaining("a folder pages") }]);
  });

  it("reads a lab with a page that cannot be shown as it was meant, and says so of that page", async () => {
    writeFileSync(
      join(folder, "odd.md"),
      "---\ntitle: Part 2: more\n---\n# Odd\n\n```section:heading\ntitle: Step 1: install\n```\n",
    );
    const [lab] = (await loadLabs([folder])).labs;
    expect(lab?.title).toBe("Odd");
    expect(lab?.problems.map(({ file, line, rule }) => [file, line, rule])).toEqual([
      ["odd.md", 2, "front-matter"],
      ["odd.md", 6, "action"],
    ]);
  });

  it("refuses a folder without labs, and a path that leads nowhere", async () => {
    mkdirSync(join(folder, "empty"));
    await expect(loadLabs([join(folder, "empty")])).rejects.toMatchObject({ code: "SERVER_USAGE" });
    await expect(loadLabs([join(folder, "none")])).rejects.toMatchObject({ code: "LAB_NOT_FOUND" });
  });

  it("gives labs of one name, and labs in other scripts, names of their own", async () => {
    mkdirSync(join(folder, "other"));
    for (const name of ["same.md", "other/same.md", "演習.md", "実習.md"])
      writeFileSync(join(folder, name), "# Same\n");
    const { labs, renamed } = await loadLabs([folder, join(folder, "other")]);
    const names = labs.map(({ name }) => name);
    expect(new Set(names).size).toBe(4);
    expect(names).toEqual(expect.arrayContaining(["same", "same-2"]));
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    expect(renamed.map(({ path }) => path)).toEqual([join(folder, "other/same.md")]);
  });
});

function loadLabs(paths: string[]) {
  return loadLabsBy(paths, (path) => loadLab(path));
}
