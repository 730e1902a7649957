import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canMount, withSmallDisk } from "../small-disk-for-tests.js";
import { lockDataDir } from "./data-dir.js";

if (!canMount())
  process.stderr.write("left out: data directories on small disks (nothing can be mounted here)\n");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-data-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("a data directory that cannot be used is refused at once, in words", () => {
  it("where a file is in the way", () => {
    writeFileSync(join(folder, "file"), "");
    expect(refusalOf(join(folder, "file"))).toContain("is a file and not a directory");
    expect(refusalOf(join(folder, "file/data"))).toContain("is a file and not a directory");
  });

  it.skipIf(process.platform !== "linux")("where the file system lets nobody make a directory", () => {
    expect(refusalOf("/proc/x")).toMatch(/lets nobody make a directory there|may not write there/);
    expect(refusalOf("/proc/x/y/z")).toMatch(/lets nobody make a directory there|may not write there/);
    expect(refusalOf("/sys/x")).toMatch(/may not write there|read-only|lets nobody/);
  });

  it("where its path is too long", () => {
    expect(refusalOf(join(folder, "x".repeat(300)))).toContain("longer than the file system allows");
    expect(
      refusalOf(
        join(
          folder,
          ..."y"
            .repeat(60)
            .split("")
            .map(() => "z".repeat(100)),
        ),
      ),
    ).toContain("longer than the file system allows");
  });

  it.skipIf(!canMount())("where its file system is read-only, full, or out of inodes", () => {
    withSmallDisk(folder, "ro,size=64k", (path) => {
      expect(refusalOf(join(path, "data"))).toContain("its file system is read-only");
    });
    withSmallDisk(folder, "size=16k", (path) => {
      mkdirSync(join(path, "data"));
      fill(path);
      expect(refusalOf(join(path, "data"))).toContain("there is no room on its disk");
    });
    withSmallDisk(folder, "size=64k,nr_inodes=2", (path) => {
      mkdirSync(join(path, "data"));
      expect(refusalOf(join(path, "data"))).toContain("no inode for another file");
    });
  });
});

it("makes all of the path, and locks it", () => {
  const data = join(folder, "a/b/c");
  const locked = lockDataDir(data);
  expect(readdirSync(data)).toContain("lock.db");
  expect(() => lockDataDir(data)).toThrow(
    expect.objectContaining({ code: "SERVER_DATA_DIR_IN_USE" }) as Error,
  );
  locked.release();
});

function refusalOf(data: string): string {
  try {
    lockDataDir(data).release();
  } catch (error) {
    const { code, message } = error as Error & { code: string };
    expect(code).toBe("SERVER_DATA_DIR_UNUSABLE");
    return message;
  }
  throw new Error(`${data} was taken`);
}

function fill(path: string): void {
  try {
    for (let file = 0; file < 100; file += 1) writeFileSync(join(path, String(file)), "x".repeat(4096));
  } catch {
    // It is full.
  }
}
