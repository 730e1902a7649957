import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fixOldKubernetes } from "./fix-old-kubernetes.js";
import { loadLab } from "./load-lab.js";
import { giveToOwnerOf, replaceFile } from "./replace-file.js";
import { writeFiles } from "./write-files-for-tests.js";

/** Only root may give a file to somebody else; who is not root has no files of others to keep for them. */
const isRoot = process.getuid?.() === 0;

describe("a file of an author that is written anew", () => {
  let folder: string;
  const ofFile = (name: string) => {
    const { uid, gid, mode } = statSync(join(folder, name));
    return [uid, gid, (mode & 0o7777).toString(8)];
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lectern-replace-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("keeps its mode, its link and, whoever writes it, its owner", async () => {
    writeFileSync(join(folder, "a.md"), "old");
    symlinkSync("a.md", join(folder, "b.md"));
    if (isRoot) chownSync(join(folder, "a.md"), 4321, 8765);
    chmodSync(join(folder, "a.md"), 0o2640);
    const before = ofFile("a.md");
    await replaceFile(join(folder, "b.md"), "new");
    expect(readFileSync(join(folder, "a.md"), "utf8")).toBe("new");
    expect(ofFile("a.md")).toEqual(before);
    expect(readdirSync(folder, { withFileTypes: true }).filter((one) => one.isSymbolicLink())).toHaveLength(
      1,
    );
    expect(readdirSync(folder).toSorted()).toEqual(["a.md", "b.md"]);
  });

  it("is left as it is where it is read-only, which is said", async () => {
    writeFileSync(join(folder, "a.md"), "old");
    chmodSync(join(folder, "a.md"), 0o444);
    await expect(replaceFile(join(folder, "a.md"), "new")).rejects.toMatchObject({
      code: "LAB_NOT_WRITTEN",
      message: expect.stringContaining("a.md was not changed: it is read-only; make it writable") as string,
    });
    expect(readFileSync(join(folder, "a.md"), "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["a.md"]);
  });

  it("may have the longest name that there is", async () => {
    const name = `${"é".repeat(126)}.md`;
    writeFileSync(join(folder, name), "old");
    await replaceFile(join(folder, name), "new");
    expect(readFileSync(join(folder, name), "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual([name]);
  });

  it.runIf(process.platform === "linux")(
    "is told in words where nothing can be written beside it",
    async () => {
      // Not even root makes files there.
      await expect(replaceFile("/proc/self/comm", "new")).rejects.toMatchObject({
        code: "LAB_NOT_WRITTEN",
        message: expect.stringMatching(
          /comm was not changed: its file system makes no new files or folders; it is written anew in its own folder$/,
        ) as string,
      });
    },
  );

  it("is one that lint puts right", async () => {
    const page = "```execute\nkubectl exec web ls\n```\n";
    await writeFiles(folder, { "workshop.yaml": "title: x\n", "pages/a.md": page });
    if (isRoot) chownSync(join(folder, "pages/a.md"), 4321, 8765);
    chmodSync(join(folder, "pages/a.md"), 0o664);
    const before = ofFile("pages/a.md");
    const fixed = await fixOldKubernetes(await loadLab(folder, { hasProgram: () => Promise.resolve(true) }));
    expect(fixed).toMatchObject([{ after: "kubectl exec web -- ls" }]);
    expect(ofFile("pages/a.md")).toEqual(before);
  });

  it("is told where it cannot be, and the others are put right", async () => {
    const page = "```execute\nkubectl exec web ls\n```\n";
    await writeFiles(folder, { "workshop.yaml": "title: x\n", "pages/a.md": page, "pages/b.md": page });
    chmodSync(join(folder, "pages/a.md"), 0o444);
    const told: string[] = [];
    const lab = await loadLab(folder, { hasProgram: () => Promise.resolve(true) });
    const fixed = await fixOldKubernetes(lab, (why) => told.push(why));
    expect(fixed.map(({ file }) => file)).toEqual(["pages/b.md"]);
    expect(told).toEqual([expect.stringContaining("a.md was not changed: it is read-only") as string]);
  });

  it("has what is made beside it given to the same owner", async () => {
    if (isRoot) chownSync(folder, 4321, 8765);
    mkdirSync(join(folder, "images"));
    await giveToOwnerOf(folder, join(folder, "images"));
    expect(ofFile("images").slice(0, 2)).toEqual(ofFile(".").slice(0, 2));
  });
});
