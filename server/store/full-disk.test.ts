import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { StepResult } from "../../workshop/common/api.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { builtFile } from "../config.js";
import { openActivityDatabase } from "./activity-database.js";
import { trackActivity } from "./activity-tracker.js";

/** Blocks of 1024 bytes any file may have: room for the schema and a few results. */
const MAX_BLOCKS = 300;

/** Saves results of the given size until there is no room, keeps one more in memory, and says what was acknowledged and what is seen. */
const SCRIPT = `
  const [openDatabase, track, file, size] = process.argv.slice(1);
  const { openActivityDatabase } = await import(openDatabase);
  const { trackActivity } = await import(track);
  const tracker = await trackActivity(await openActivityDatabase(file));
  const step = (number) => ({
    session: "s1", command: "", result: { page: "p", step: String(number), number, state: "succeeded", checks: [], output: "x".repeat(Number(size)) },
  });
  let saved = 0;
  try {
    for (; saved < 1000; saved++) await tracker.begin(step(saved));
  } catch (error) {
    await tracker.settle(step(saved));
    const { code, message } = error;
    console.log(JSON.stringify({ saved, code, message, seen: (await tracker.results("s1")).length }));
  }
  process.exit();
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-full-disk-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("a full disk is told in words, keeps what was acknowledged and nothing else, and hides nothing from who looks", async () => {
  // Of every size another write is the one that finds no room: of a result, of an index, of the pages between.
  for (const size of [2_000, 5_000, 8_000, 8_600, 12_000]) {
    const file = join(folder, `${String(size)}.db`);
    const { saved, code, message, seen } = fillDisk(file, size);
    expect([code, message]).toEqual([
      "SERVER_DISK_FULL",
      expect.stringContaining(`the disk that holds ${file}`),
    ]);
    expect(seen, `of size ${String(size)}`).toBe(Number(saved) + 1);
    const again = await openActivityDatabase(file);
    expect((await again.results("s1")).length, `of size ${String(size)}`).toBe(saved);
    await again.close();
  }
}, 120_000);

it("what a full disk did not take is seen at once, and written when it has room again", async () => {
  const store = await openActivityDatabase(join(folder, "activity.db"));
  let isFull = true;
  const told: string[] = [];
  const saveStep: typeof store.saveStep = (step) =>
    isFull ? Promise.reject(new ServerError(serverErrorCodes.diskFull, "no room")) : store.saveStep(step);
  const tracker = await trackActivity({ ...store, saveStep }, (session) => void told.push(session));
  const result: StepResult = { page: "p", step: "0", number: 0, state: "failed", checks: [] };
  await tracker.settle({ session: "s1", result, command: "" });
  const counted = { ...result, failures: 1 };
  expect([await tracker.results("s1"), tracker.progress("s1").failed, told]).toEqual([[counted], 1, ["s1"]]);
  expect(await store.results("s1")).toEqual([]);
  isFull = false;
  await expect.poll(() => store.results("s1")).toEqual([counted]);
  await tracker.close();
});

it("a step whose end had no room keeps it, and is not begun again before it is written", async () => {
  const store = await openActivityDatabase(join(folder, "activity.db"));
  let isFull = false;
  const saveStep: typeof store.saveStep = (step) =>
    isFull ? Promise.reject(new ServerError(serverErrorCodes.diskFull, "no room")) : store.saveStep(step);
  const tracker = await trackActivity({ ...store, saveStep });
  const states = async () => (await tracker.results("s1")).map(({ state }) => state);
  await tracker.begin(run("first", "queued"));
  expect(await states()).toEqual(["queued"]);
  isFull = true;
  await tracker.settle(run("first", "failed"));
  await expect(tracker.begin(run("second", "queued"))).rejects.toMatchObject({ code: "SERVER_DISK_FULL" });
  expect(await states()).toEqual(["failed"]);
  isFull = false;
  expect(await tracker.begin(run("second", "queued"))).toMatchObject({ state: "queued" });
  await tracker.settle(run("second", "succeeded"));
  expect([await states(), (await store.results("s1")).map(({ state }) => state)]).toEqual([
    ["succeeded"],
    ["succeeded"],
  ]);
  await tracker.close();
});

it("a batch that has no room as a whole refuses only what has none by itself", async () => {
  const file = join(folder, "batch.db");
  const script = `
    const { openActivityDatabase } = await import(process.argv[1]);
    const store = await openActivityDatabase(process.argv[2]);
    const step = (number, size) => ({
      session: "s1", command: "", result: { page: "p", step: String(number), number, state: "succeeded", checks: [], output: "x".repeat(size) },
    });
    const settled = await Promise.allSettled([store.saveStep(step(0, 500_000)), store.saveStep(step(1, 100))]);
    console.log(JSON.stringify(settled.map(({ status }) => status)));
    process.exit();
  `;
  const output = limited([script, builtFile("server/store/activity-database.js"), file]);
  expect(JSON.parse(output)).toEqual(["rejected", "fulfilled"]);
  const again = await openActivityDatabase(file);
  expect((await again.results("s1")).map(({ number }) => number)).toEqual([1]);
  await again.close();
});

function run(command: string, state: StepResult["state"]) {
  return { session: "s1", command, result: { page: "p", step: "0", number: 0, state, checks: [] } };
}

function fillDisk(file: string, size: number): Record<string, string | number> {
  const built = ["activity-database", "activity-tracker"].map((name) => builtFile(`server/store/${name}.js`));
  return JSON.parse(limited([SCRIPT, ...built, file, String(size)])) as Record<string, string | number>;
}

/** Runs a script in a process whose files may not grow. */
function limited([script = "", ...args]: readonly string[]): string {
  const words = ["--input-type=module", "--eval", script, ...args];
  const command = `trap '' XFSZ; ulimit -f ${String(MAX_BLOCKS)}; exec "$0" "$@"`;
  return execFileSync("bash", ["-c", command, process.execPath, ...words], { encoding: "utf8" });
}
