import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shippedContent } from "./config.js";
import { loadLabs } from "./labs.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-labs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("loadLabs", () => {
  it("finds every shipped lab", async () => {
    const { labs, skipped } = await loadLabs([shippedContent]);
    expect(labs.map(({ name }) => name)).toContain("image-registry-policies");
    expect(skipped).toEqual([]);
  });

  it("takes a single page, and every page of a folder but its README", async () => {
    for (const name of ["one.md", "two.md", "README.md"]) writeFileSync(join(folder, name), `# ${name}\n`);
    expect((await loadLabs([join(folder, "one.md")])).labs.map(({ name }) => name)).toEqual(["one"]);
    expect((await loadLabs([folder])).labs.map(({ name }) => name)).toEqual(["one", "two"]);
  });

  it("skips a broken lab of a folder and says so, but refuses one that is named by itself", async () => {
    writeFileSync(join(folder, "fine.md"), "# Fine\n");
    const broken = join(folder, "broken");
    mkdirSync(join(broken, "pages"), { recursive: true });
    writeFileSync(join(broken, "workshop.yaml"), "title: [");
    const { labs, skipped } = await loadLabs([folder]);
    expect([labs.map(({ name }) => name), skipped.map(({ path }) => path)]).toEqual([["fine"], [broken]]);
    await expect(loadLabs([broken])).rejects.toMatchObject({ code: "LAB_INVALID" });
  });

  it("refuses a folder without labs, and two labs of one name", async () => {
    mkdirSync(join(folder, "empty"));
    await expect(loadLabs([join(folder, "empty")])).rejects.toMatchObject({ code: "SERVER_USAGE" });
    mkdirSync(join(folder, "other"));
    for (const name of ["same.md", "other/same.md"]) writeFileSync(join(folder, name), "# Same\n");
    const both = [join(folder, "same.md"), join(folder, "other/same.md")];
    await expect(loadLabs(both)).rejects.toThrow('Two labs have the name "same"');
  });
});
