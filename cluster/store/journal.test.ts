import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { Failures } from "../failures.js";
import { openJournal } from "./journal.js";
import { ObjectStore } from "./object-store.js";

const RESOURCE = "/configmaps";
let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "lectern-journal-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

function configMap(name: string): ApiObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "lab" } };
}

/** Opens the store, uses it and closes it again. */
async function withStore<T>(
  use: (store: ObjectStore) => T | Promise<T>,
  failures = new Failures(),
): Promise<T> {
  const store = new ObjectStore({ journal: await openJournal(dataDir), failures });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

function onDatabase<T>(use: (database: InstanceType<typeof Database>) => T): T {
  const database = new Database(join(dataDir, "cluster.db"));
  try {
    return use(database);
  } finally {
    database.close();
  }
}

function namesIn(store: ObjectStore): (string | undefined)[] {
  return store.list(RESOURCE).map(({ metadata }) => metadata.name);
}

describe("the journal", () => {
  it.each([
    ["is cut off", '{"apiVersion":"v1","kind":"ConfigMap","meta'],
    ["is no object", "[]"],
    ["is another object", JSON.stringify(configMap("other"))],
  ])("names a row that %s, sets it aside and serves all others", async (_what, json) => {
    await withStore(async (store) => {
      for (const name of ["a", "bad", "c"]) await store.put(RESOURCE, configMap(name));
    });
    onDatabase((database) => database.prepare("UPDATE objects SET json = ? WHERE name = 'bad'").run(json));
    const told: Error[] = [];
    const failures = new Failures({ error: (fields) => told.push((fields as { err: Error }).err) });
    expect(await withStore(namesIn, failures)).toEqual(["a", "c"]);
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /object bad of \/configmaps in namespace "lab" cannot be read .*objects_set_aside/,
      ),
    ]);
    const kept = onDatabase((database) => database.prepare("SELECT name, json FROM objects_set_aside").all());
    expect(kept).toEqual([{ name: "bad", json }]);
    // It is told once, and its name is free again.
    const again = new Failures();
    await withStore((store) => store.put(RESOURCE, configMap("bad")), again);
    expect([await withStore(namesIn), again.count]).toEqual([["a", "bad", "c"], 0]);
  });

  it("refuses data of a newer version, and leaves it as it is", async () => {
    await withStore((store) => store.put(RESOURCE, configMap("a")));
    onDatabase((database) => database.exec("PRAGMA user_version = 99"));
    await expect(openJournal(dataDir)).rejects.toThrow(/has version 99; this Lectern knows version 1/);
    onDatabase((database) => database.exec("PRAGMA user_version = 1"));
    expect(await withStore(namesIn)).toEqual(["a"]);
  });

  it("takes over data from before versions were kept", async () => {
    onDatabase((database) => {
      database.exec(`CREATE TABLE objects (
        resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
        PRIMARY KEY (resource, namespace, name)) WITHOUT ROWID`);
      const insert = database.prepare("INSERT INTO objects VALUES (?, 'lab', 'old', ?)");
      insert.run(RESOURCE, JSON.stringify(configMap("old")));
    });
    expect(await withStore(namesIn)).toEqual(["old"]);
    const version = onDatabase((database) => database.prepare("PRAGMA user_version").get());
    expect(version).toMatchObject({ user_version: 1 });
  });

  it("writes what is stored together in one go, or nothing of it", async () => {
    const store = new ObjectStore({ journal: await openJournal(dataDir), failures: new Failures() });
    const committed: number[] = [];
    store.follow(RESOURCE, () => committed.push(store.list(RESOURCE).length));
    await store.together(async () => {
      for (const name of ["a", "b", "c"]) await store.put(RESOURCE, configMap(name));
    });
    expect(committed).toEqual([3]);
    await store.close();
    expect(await withStore(namesIn)).toEqual(["a", "b", "c"]);
  });

  it("goes on above every revision that clients saw, though the disk took none of them", async () => {
    await withStore((store) => store.put(RESOURCE, configMap("kept")));
    onDatabase((database) =>
      database.exec(
        "CREATE TRIGGER refuse BEFORE INSERT ON objects WHEN NEW.name LIKE 'bad%' BEGIN SELECT RAISE(ABORT, 'refused'); END",
      ),
    );
    const seen = await withStore(async (store) => {
      const before = store.committedRevision;
      for (let round = 0; round < 10; round += 1) {
        const writes = Array.from({ length: 200 }, (_, n) => store.put(RESOURCE, configMap(`bad${n}`)));
        await Promise.allSettled(writes);
      }
      expect(store.committedRevision).toBe(before + 4000);
      return store.committedRevision;
    });
    await withStore((store) => expect(store.committedRevision).toBeGreaterThanOrEqual(seen));
  });
});

it("keeps no file open once it is closed, whoever still knows it", async () => {
  const journal = await openJournal(dataDir);
  const change = { key: { resource: RESOURCE, namespace: "lab", name: "a" }, json: "{}", revision: 2 };
  await journal.write([change]);
  expect(openFiles()).toContain(join(dataDir, "cluster.db"));
  await journal.close();
  await expect
    .poll(() => {
      collectGarbage();
      return openFiles();
    })
    .toEqual([]);
  await expect(journal.write([change])).rejects.toThrow(/the cluster has ended\. Start it again/);
});

/** Of this test. */
function openFiles(): string[] {
  return readdirSync("/proc/self/fd")
    .map((descriptor) => linkOf(`/proc/self/fd/${descriptor}`))
    .filter((path) => path.startsWith(dataDir));
}

/** The descriptor by which the folder was read is gone by now. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
