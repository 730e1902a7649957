import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
  const [beside, kept] = [join(around, "V9KL6RGAxq8dGjbbWJ_l3"), join(around, "somebody-elses")];
  for (const folder of [beside, kept]) mkdirSync(folder);
  const elsewhere = join(around, "..", `kept-${String(process.pid)}`);
  const dead = runOf("lectern-aaaaaa", { pid: process.pid, start: "1", beside: [beside, elsewhere] });
  const living = runOf("lectern-bbbbbb", { pid: process.pid, start, beside: [kept] });
  const untold = runOf("lectern-cccccc", undefined);
  removeLeftRuns(around);
  expect([dead, beside].map(existsSync)).toEqual([false, false]);
  expect([living, untold, kept].map(existsSync)).toEqual([true, true, true]);
});
