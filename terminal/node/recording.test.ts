import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Recording, listRecordings } from "./recording.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "recordings-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("the oldest recordings of a session make room for a new one, which is bounded itself", async () => {
  const mebibytes = 1024 * 1024;
  for (const at of [1, 2, 3, 4, 5]) {
    const file = join(folder, `1--${at}.cast`);
    writeFileSync(file, "");
    truncateSync(file, 10 * mebibytes);
  }
  const recording = new Recording(folder, "2", { columns: 80, rows: 24 });
  for (let piece = 0; piece < 320; piece += 1) recording.output(Buffer.alloc(65_536, "flood"));
  await recording.close();
  const all = listRecordings(folder);
  expect(all.map(({ name }) => name).slice(0, 4)).toEqual([
    "1--2.cast",
    "1--3.cast",
    "1--4.cast",
    "1--5.cast",
  ]);
  expect(all).toHaveLength(5);
  expect(all.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(51 * mebibytes);
});

function sizes(): number {
  return listRecordings(folder).reduce((sum, { bytes }) => sum + bytes, 0);
}

it("recordings that grow side by side stay within the bound together", async () => {
  const bound = 50 * 1024 * 1024;
  const recordings = Array.from(
    { length: 8 },
    (_, terminal) => new Recording(folder, String(terminal), { columns: 80, rows: 24 }),
  );
  for (let piece = 0; piece < 180; piece += 1) {
    for (const recording of recordings) recording.output(Buffer.alloc(65_536, "flood"));
    if (piece % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(sizes()).toBeLessThanOrEqual(bound);
  }
  for (const recording of recordings) await recording.close();
  expect(sizes()).toBeLessThanOrEqual(bound);
  expect(sizes()).toBeGreaterThan(bound / 2);
});

it("a file that is no recording is neither listed nor removed", () => {
  writeFileSync(join(folder, "notes"), "");
  expect(listRecordings(folder)).toEqual([]);
  expect(listRecordings(join(folder, "gone"))).toEqual([]);
  expect(readdirSync(folder)).toEqual(["notes"]);
});

it("marks where a step's command begins, after what was shown before", async () => {
  const recording = new Recording(folder, "1", { columns: 80, rows: 24 });
  recording.output(Buffer.from("$ "));
  recording.mark(`\n  kubectl get pods\nls`);
  recording.mark("x".repeat(5_000));
  await recording.close();
  const [file = ""] = readdirSync(folder);
  const lines = readFileSync(join(folder, file), "utf8").trim().split("\n").slice(1);
  const events = lines.map((line) => (JSON.parse(line) as unknown[]).slice(1));
  expect(events.slice(0, 2)).toEqual([
    ["o", "$ "],
    ["m", "step: kubectl get pods"],
  ]);
  expect(events[2]).toEqual(["m", `step: ${"x".repeat(200)}`]);
});
