import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimSocket } from "./socket-path.js";

const STRANGER = 54_321;
const isRoot = process.getuid?.() === 0;
if (!isRoot) process.stdout.write("left out: sockets in folders of another account (not root)\n");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-socket-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the folder of a socket", () => {
  it("is made for this account alone", async () => {
    await claimSocket(join(folder, "run", "a.sock"));
    expect(statSync(join(folder, "run")).mode & 0o777).toBe(0o700);
  });

  it.skipIf(!isRoot)("is refused where another account made it first", async () => {
    mkdirSync(join(folder, "run"));
    chownSync(join(folder, "run"), STRANGER, STRANGER);
    await expect(claimSocket(join(folder, "run", "a.sock"))).rejects.toThrow(`belongs to uid ${STRANGER}`);
  });

  it.skipIf(!isRoot)(
    "is refused where another account put a link there, and what it leads to stays as it is",
    async () => {
      mkdirSync(join(folder, "ours"));
      chmodSync(join(folder, "ours"), 0o755);
      symlinkSync("ours", join(folder, "run"));
      lchownSync(join(folder, "run"), STRANGER, STRANGER);
      await expect(claimSocket(join(folder, "run", "a.sock"))).rejects.toThrow(`belongs to uid ${STRANGER}`);
      expect(statSync(join(folder, "ours")).mode & 0o777).toBe(0o755);
    },
  );
});
