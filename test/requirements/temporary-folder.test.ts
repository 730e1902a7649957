import {
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startTimeOf } from "../../processes/node/process-stat.js";
import { removeLeftRuns } from "./temporary-folder.js";

let around: string;
beforeEach(() => (around = mkdtempSync(join(tmpdir(), "left-runs-"))));
afterEach(() => rmSync(around, { recursive: true, force: true }));

function runOf(name: string, owner: object | undefined): string {
  const folder = join(around, name);
  mkdirSync(join(folder, "lectern-system-abcdef"), { recursive: true });
  if (owner) writeFileSync(join(folder, ".run.json"), JSON.stringify(owner));
  return folder;
}

it("what a run that was killed has left goes with the next, and nobody else's", () => {
  const start = startTimeOf(process.pid);
  const namespace = readlinkSync("/proc/self/ns/pid");
  const [beside, kept] = [join(around, "V9KL6RGAxq8dGjbbWJ_l3"), join(around, "somebody-elses")];
  for (const folder of [beside, kept]) mkdirSync(folder);
  const elsewhere = join(around, "..", `kept-${String(process.pid)}`);
  const dead = runOf("lectern-aaaaaa", {
    pid: process.pid,
    start: "1",
    namespace,
    beside: [beside, elsewhere],
  });
  const living = runOf("lectern-bbbbbb", { pid: process.pid, start, namespace, beside: [kept] });
  const untold = runOf("lectern-cccccc", undefined);
  const otherNumbers = { pid: 1, start: "1", namespace: "pid:[1]", beside: [kept] };
  const inContainer = runOf("lectern-dddddd", otherNumbers);
  removeLeftRuns(around);
  expect([dead, beside].map(existsSync)).toEqual([false, false]);
  expect([living, untold, kept, inContainer].map(existsSync)).toEqual([true, true, true, true]);
});

it.skipIf(process.getuid?.() !== 0)("removes nothing on the word of another user", () => {
  const kept = join(around, "somebody-elses");
  mkdirSync(kept);
  const owner = { pid: 1, start: "1", namespace: readlinkSync("/proc/self/ns/pid"), beside: [kept] };
  const theirs = runOf("lectern-eeeeee", owner);
  lchownSync(theirs, 65_534, 65_534);
  const link = join(around, "lectern-ffffff");
  symlinkSync(theirs, link);
  lchownSync(link, 65_534, 65_534);
  removeLeftRuns(around);
  expect([theirs, link, kept].map(existsSync)).toEqual([true, true, true]);
});
