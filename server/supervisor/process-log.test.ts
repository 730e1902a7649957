import {
  closeSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keepBounded, openLog, readTail, rotate } from "./process-log.js";

const LIMIT_BYTES = 10_000;

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-log-"));
  file = join(folder, "server.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("looks at a log again and again until it is told to stop", async () => {
  const stop = new AbortController();
  const kept = keepBounded(file, stop.signal, { limitBytes: LIMIT_BYTES, lookMs: 10 });
  for (const text of ["first", "second"]) {
    writeFileSync(file, text.repeat(LIMIT_BYTES));
    await expect.poll(() => statSync(file).size).toBe(0);
    expect(readFileSync(`${file}.1`, "utf8").slice(0, text.length)).toBe(text);
  }
  stop.abort();
  await kept;
});

it("keeps a log that is written to for ever within twice its limit, newest lines last", async () => {
  const log = openLog(file);
  for (let line = 0; line < 5_000; line += 1) {
    writeSync(log, `line ${String(line)}\n`);
    if (line % 500 === 499) await rotate(file, LIMIT_BYTES);
  }
  closeSync(log);
  expect(statSync(file).size).toBeLessThan(LIMIT_BYTES);
  expect(statSync(`${file}.1`).size).toBeLessThan(2 * LIMIT_BYTES);
  const numbers = `${readFileSync(`${file}.1`, "utf8")}${readFileSync(file, "utf8")}`
    .trim()
    .split("\n")
    .map((line) => Number(line.slice("line ".length)));
  expect(numbers.at(-1)).toBe(4_999);
  expect(numbers).toEqual(numbers.map((_number, at) => (numbers[0] ?? 0) + at));
});

it("leaves a log alone that has not reached its limit", async () => {
  writeFileSync(file, "x".repeat(LIMIT_BYTES - 1));
  await rotate(file, LIMIT_BYTES);
  expect([statSync(file).size, existsSync(`${file}.1`)]).toEqual([LIMIT_BYTES - 1, false]);
});

it("reads the end of a log, however long it is", () => {
  writeFileSync(file, `${"x".repeat(100_000)}\nlast but one\nlast\n`);
  expect(readTail(file)).toMatch(/ {2}last but one\n {2}last$/);
  expect(readTail(file).length).toBeLessThan(20_000);
  expect(readTail(join(folder, "none.log"))).toBe("");
});
