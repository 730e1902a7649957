import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import Database from "libsql";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openActivityDatabase } from "./activity-database.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-off-the-loop-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("a write that waits for the disk lets everything else go on, and is done when it may", async () => {
  const file = join(folder, "activity.db");
  const store = await openActivityDatabase(file);
  const other = new Database(file);
  // Whoever wants to write waits for this one, as for a slow disk.
  other.exec("BEGIN IMMEDIATE");
  let isSaved = false;
  const saving = store
    .saveActivity({ session: "s1", page: "p", lastActivityAt: new Date(0).toISOString() })
    .then(() => (isSaved = true));
  // Of a loop that waited with it nothing would get here before its time was over, and it had failed.
  for (let turn = 0; turn < 10; turn += 1) await wait(1);
  expect(isSaved).toBe(false);
  other.exec("COMMIT");
  other.close();
  await saving;
  expect((await store.activity("s1")).map(({ session }) => session)).toEqual(["s1"]);
  await store.close();
});
