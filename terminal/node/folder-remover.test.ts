import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FolderRemover } from "./folder-remover.js";

let root: string;
let remover: FolderRemover;
let reports: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "remover-"));
  reports = [];
  remover = makeRemover();
});
afterEach(async () => {
  await remover.stop();
  rmSync(root, { recursive: true, force: true });
});

function makeRemover(): FolderRemover {
  return new FolderRemover({
    folder: join(root, "removed"),
    report: (line) => reports.push(line),
    retryMs: 300,
  });
}

/** A folder `victim` that the lines of bash have filled. */
function fill(line: string): string {
  const path = join(root, "victim");
  mkdirSync(path);
  execFileSync("bash", ["-c", line], { cwd: path, stdio: "ignore" });
  return path;
}

describe("a folder that is removed", () => {
  it.each([
    ["deeper than any path", "n=$(printf 'd%.0s' {1..250}); for i in {1..20}; do mkdir $n && cd $n; done"],
    ["with thousands of files", "seq 5000 | xargs touch"],
    [
      "with names that look like options, pipes and links",
      "mkfifo pipe; touch -- -rf; ln -s / root; ln -s nowhere x",
    ],
    ["that was closed by its owner", "mkdir -p a/b; touch a/b/c; chmod 0 a/b; chmod 0 a"],
  ])("is out of the way at once and gone soon: one %s", async (_, line) => {
    const path = fill(line);
    const before = process.cpuUsage();
    remover.remove(path);
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(200_000);
    expect(existsSync(path)).toBe(false);
    await remover.settled();
    expect(await remover.left()).toEqual([]);
    expect(reports).toEqual([]);
  });

  it("may not be there", async () => {
    remover.remove(join(root, "nothing"));
    await remover.settled();
    expect(reports).toEqual([]);
  });

  it("goes also after somebody has removed the folder that it is put aside in", async () => {
    await remover.settled();
    rmSync(join(root, "removed"), { recursive: true });
    expect(await remover.left()).toEqual([]);
    const path = fill("touch a");
    remover.remove(path);
    expect(existsSync(path)).toBe(false);
    await remover.settled();
    expect(await remover.left()).toEqual([]);
    expect(reports).toEqual([]);
  });

  it("stays where it is, and can be removed later, where it cannot be put aside", async () => {
    const aside = join(root, "removed");
    await remover.settled();
    rmSync(aside, { recursive: true });
    writeFileSync(aside, "");
    expect(() => remover.remove(fill("touch a"))).toThrow(/EEXIST|ENOTDIR/);
    expect(existsSync(join(root, "victim"))).toBe(true);
    rmSync(aside);
    remover.remove(join(root, "victim"));
    await remover.settled();
    expect(await remover.left()).toEqual([]);
  });

  it("does not lead out of itself", async () => {
    const outside = join(root, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "precious"), "");
    remover.remove(fill(`ln -s ${outside} away; mkdir deep; ln -s ${outside} deep/away`));
    await remover.settled();
    expect(readdirSync(outside)).toEqual(["precious"]);
  });

  it("is finished by the next one where this one ended", async () => {
    await remover.stop();
    remover.remove(fill("touch a"));
    expect(await remover.left()).toHaveLength(1);
    remover = makeRemover();
    await remover.settled();
    expect(await remover.left()).toEqual([]);
  });
});

const canPin = isImmutableKnown();
if (!canPin) process.stderr.write("left out: files that cannot be removed (needs root and chattr)\n");

describe.skipIf(!canPin)("a file that cannot be removed", () => {
  it("is reported, does not keep the others, and goes when it can", async () => {
    const path = fill("touch pinned other; chattr +i pinned");
    remover.remove(path);
    const second = join(root, "second");
    mkdirSync(second);
    remover.remove(second);
    await remover.settled();
    const [name = "", ...more] = await remover.left();
    expect(more).toEqual([]);
    expect(readdirSync(join(root, "removed", name))).toEqual(["pinned"]);
    expect(reports[0]).toMatch(/victim-.* stays for now: .*Operation not permitted/);
    execFileSync("chattr", ["-i", join(root, "removed", name, "pinned")]);
    await expect.poll(() => remover.left()).toEqual([]);
  });
});

function isImmutableKnown(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "remover-"));
  const file = join(folder, "file");
  writeFileSync(file, "");
  const can = process.getuid?.() === 0 && spawnSync("chattr", ["+i", file]).status === 0;
  if (can) spawnSync("chattr", ["-i", file]);
  rmSync(folder, { recursive: true });
  return can;
}
