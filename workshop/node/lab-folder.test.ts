import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeLabFolder } from "./lab-folder.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lectern-folder-"));
});
afterEach(() => rm(folder, { recursive: true }));

const FILES = { "pages/a.md": { content: "a" } };

describe("a lab that is written", () => {
  it("is in its folder, with those above it", async () => {
    await writeLabFolder(join(folder, "b/c"), FILES);
    expect(await readFile(join(folder, "b/c/pages/a.md"), "utf8")).toBe("a");
  });

  it.each([
    ["makes no folders", "/proc/lab", "its file system makes no new files or folders"],
    ["is below a file", "file/lab", "a part of its path is no folder"],
    ["is a file", "file", "a part of its path is no folder"],
    ["has a name that no file system takes", "x".repeat(300), "its name is too long"],
  ])("says why it cannot be where the place %s", async (_what, place, why) => {
    await writeFile(join(folder, "file"), "");
    const path = place.startsWith("/") ? place : join(folder, place);
    await expect(writeLabFolder(path, FILES)).rejects.toMatchObject({
      code: "LAB_NOT_WRITTEN",
      message: `The lab cannot be written into ${path}: ${why}; name another folder`,
    });
  });
});
