import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { holdDataDir } from "./data-dir-lock.js";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "data-dir-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the lock of a data folder", () => {
  it("keeps a second holder away until it is released", () => {
    const release = holdDataDir(folder);
    expect(() => holdDataDir(folder)).toThrow(`process ${process.pid}`);
    release();
    holdDataDir(folder)();
  });

  it.each(["", "garbage", `${process.pid}`, `${process.pid} 1`])("is free where its file says %j", (text) => {
    writeFileSync(join(folder, "terminal-host.lock"), text);
    holdDataDir(folder)();
  });
});
