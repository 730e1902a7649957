import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { KeptRecordings } from "./kept-recordings.js";

let root: string;
let told: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kept-"));
  told = [];
});
afterEach(() => rmSync(root, { recursive: true }));

function recordingsOf(session: string, bytes: number): string {
  const folder = join(root, session);
  mkdirSync(folder);
  if (bytes > 0) writeFileSync(join(folder, "1--5.cast"), Buffer.alloc(bytes));
  return folder;
}

/** The sessions whose recordings are kept, the oldest first. */
function kept(): string[] {
  return readdirSync(join(root, "kept"))
    .toSorted((one, other) => Number(one.split("-").at(-1)) - Number(other.split("-").at(-1)))
    .map((name) => name.replace(/-\d+$/, ""));
}

it("recordings that are kept have a bound together: the oldest go, and the log says which", async () => {
  const folder = join(root, "kept");
  const recordings = new KeptRecordings({ folder, bytes: 250, report: (line) => told.push(line) });
  mkdirSync(folder);
  mkdirSync(join(folder, "ancient-1000"));
  writeFileSync(join(folder, "ancient-1000", "1--1.cast"), Buffer.alloc(100));
  mkdirSync(join(folder, "lab-20-2000"));
  writeFileSync(join(folder, "lab-20-2000", "1--1.cast"), Buffer.alloc(100));
  await recordings.keep("empty", recordingsOf("empty", 0));
  expect(kept()).toEqual(["ancient", "lab-20"]);
  await Promise.all(["three", "four"].map((name) => recordings.keep(name, recordingsOf(name, 100))));
  expect(kept().toSorted()).toEqual(["four", "three"]);
  expect(told).toHaveLength(2);
  expect(told[0]).toMatch(/ancient-1000 \(100 bytes\).*250 bytes/);
  expect(told[1]).toContain("lab-20-2000");
});

it("what cannot be kept is told and ends nothing", async () => {
  writeFileSync(join(root, "kept"), "in the way");
  const recordings = new KeptRecordings({ folder: join(root, "kept"), report: (line) => told.push(line) });
  await recordings.keep("one", recordingsOf("one", 10));
  expect(told).toEqual([expect.stringContaining("session one could not be kept")]);
});
