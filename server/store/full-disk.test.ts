import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { builtFile } from "../config.js";
import { openActivityDatabase } from "./activity-database.js";

/** Blocks of 1024 bytes any file may have: room for the schema and a few results. */
const MAX_BLOCKS = 300;

/** Saves results until there is no room, holds one more, and says what it sees. */
const SCRIPT = `
  const { openActivityDatabase } = await import(process.argv[1]);
  const database = openActivityDatabase(process.argv[2]);
  const result = (step) => ({ page: "p", step, state: "succeeded", checks: [], output: "x".repeat(8000) });
  let saved = 0;
  try {
    for (; saved < 1000; saved++) database.saveStep("s1", result(saved), "");
  } catch (error) {
    database.holdStep("s1", result(saved), "");
    database.touch("s1");
    const { code, message } = error;
    console.log(JSON.stringify({ saved, code, message, seen: database.resultsNow("s1").length }));
  }
  process.exit();
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-full-disk-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("a full disk is told in words, loses nothing that was acknowledged, and hides nothing that was not", () => {
  const file = join(folder, "activity.db");
  const built = builtFile("server/store/activity-database.js");
  const words = ["--input-type=module", "--eval", SCRIPT, built, file];
  const limited = `trap '' XFSZ; ulimit -f ${String(MAX_BLOCKS)}; exec "$0" "$@"`;
  const output = execFileSync("bash", ["-c", limited, process.execPath, ...words], { encoding: "utf8" });
  const { saved, code, message, seen } = JSON.parse(output) as Record<string, string | number>;
  expect([code, message]).toEqual([
    "SERVER_DISK_FULL",
    expect.stringContaining(`the disk that holds ${file}`),
  ]);
  expect(seen).toBe(Number(saved) + 1);
  const again = openActivityDatabase(file);
  expect(again.resultsNow("s1").length).toBe(saved);
  again.close();
});

it("what a full disk did not take is written when it has room again", () => {
  const file = join(folder, "activity.db");
  const first = openActivityDatabase(file);
  first.holdStep("s1", { page: "p", step: 0, state: "failed", checks: [] }, "");
  first.close();
  const second = openActivityDatabase(file);
  expect(second.resultsNow("s1").map(({ state }) => state)).toEqual(["failed"]);
  expect(second.progress("s1").failed).toBe(1);
  second.close();
});
