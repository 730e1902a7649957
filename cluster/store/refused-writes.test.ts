import { describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { StatusError } from "../api/status.js";
import { ClusterError, clusterErrorCodes } from "../errors.js";
import { Failures } from "../failures.js";
import type { Journal, JournalChange } from "./journal.js";
import { ObjectStore } from "./object-store.js";

const RESOURCE = "/configmaps";

/** A disk that takes what it is given when the test says so; a real one takes its time, and fails when it likes. */
class ChosenDisk implements Journal {
  readonly groups: string[][] = [];
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = [];

  load() {
    return { revision: 0, rows: [], setAside: [] };
  }

  write(changes: readonly JournalChange[]): Promise<void> {
    this.groups.push(changes.map(({ key, json }) => `${json === undefined ? "-" : "+"}${key.name}`));
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async close(): Promise<void> {}

  /** Waits until a group is being written, then takes it. */
  async take(): Promise<void> {
    (await this.#next()).resolve();
  }

  async fail(): Promise<void> {
    (await this.#next()).reject(new ClusterError(clusterErrorCodes.diskFull, "no room"));
  }

  async #next() {
    await expect.poll(() => this.#waiting.length, { timeout: 20_000 }).toBeGreaterThan(0);
    const next = this.#waiting.shift();
    if (next === undefined) throw new Error("a write that was there is gone");
    return next;
  }
}

function configMap(name: string, data: Record<string, string> = {}): ApiObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "lab" }, data };
}

function byName({ metadata }: ApiObject): string[] {
  return [metadata.name ?? ""];
}

async function storeWithOne() {
  const lines: string[] = [];
  const failures = new Failures({ error: (_fields, text) => lines.push(text) });
  const disk = new ChosenDisk();
  const store = new ObjectStore({ journal: disk, failures });
  const putting = store.put(RESOURCE, configMap("kept", { n: "1" }));
  await disk.take();
  return { store, disk, failures, lines, kept: await putting };
}

async function expectRefused(writes: Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(writes)) {
    const { reason } = result as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(StatusError);
    expect([reason.code, reason.reason]).toEqual([507, "InsufficientStorage"]);
  }
}

describe("a disk that fails", () => {
  it.each([
    ["with all of them", false],
    ["while half of them wait for it", true],
  ])(
    "takes back every change %s, refuses each with 507, and is told and counted once",
    async (_when, isBusy) => {
      const { store, disk, failures, lines, kept } = await storeWithOne();
      const index = store.index(RESOURCE, byName);
      const heard: string[] = [];
      store.subscribe(RESOURCE, ({ type, object }) => heard.push(`${type} ${object.metadata.name}`));
      const before = store.list(RESOURCE);

      const writes = [
        store.put(RESOURCE, configMap("new")),
        store.put(RESOURCE, configMap("kept", { n: "2" })),
      ];
      if (isBusy) await expect.poll(() => disk.groups).toHaveLength(2);
      writes.push(store.remove(RESOURCE, kept), store.put(RESOURCE, configMap("late")));
      const settled = store.settled();
      await Promise.all([disk.fail(), expectRefused([...writes, settled])]);
      expect(disk.groups.slice(1)).toEqual([
        isBusy ? ["+new", "+kept"] : ["+new", "+kept", "-kept", "+late"],
      ]);
      expect(store.list(RESOURCE)).toEqual(before);
      expect(store.get(RESOURCE, "lab", "kept")).toBe(kept);
      expect(store.get(RESOURCE, "lab", "kept", store.committedRevision)).toBe(kept);
      expect([index.get("kept"), index.get("new")]).toEqual([[kept], []]);
      expect(heard.at(-1)).toBe("DELETED new");
      expect([failures.count, lines]).toEqual([1, ["a write to the cluster's database failed"]]);

      const again = store.put(RESOURCE, configMap("kept", { n: "3" }));
      await disk.take();
      const next = await again;
      expect(Number(next.metadata.resourceVersion)).toBe(store.committedRevision);
      expect(store.list(RESOURCE)).toEqual([next]);
      await store.settled();
    },
  );

  it("tells who stores much together of what was taken back before the end of it", async () => {
    const { store, disk } = await storeWithOne();
    const other = store.put(RESOURCE, configMap("other"));
    await expect.poll(() => disk.groups).toHaveLength(2);
    const work = store.together(async () => {
      await store.put(RESOURCE, configMap("early"));
      await store.settled();
      await Promise.all([disk.fail(), expectRefused([other])]);
      await store.put(RESOURCE, configMap("late"));
    });
    await expectRefused([work]);
    expect(store.get(RESOURCE, "lab", "early")).toBeUndefined();
    await disk.take();
    await store.settled();
    expect(disk.groups.at(-1)).toEqual(["+late"]);
  });
});

describe("a disk that is slow", () => {
  it("takes what came meanwhile as one group, and shows of it only what it has", async () => {
    const { store, disk } = await storeWithOne();
    const told: string[] = [];
    const put = (name: string): unknown =>
      store.put(RESOURCE, configMap(name)).then(({ metadata }) => told.push(metadata.name ?? ""));
    const shown = (): unknown =>
      ["a", "b", "c"].filter((name) => store.get(RESOURCE, "lab", name, store.committedRevision));
    put("a");
    await expect.poll(() => disk.groups).toHaveLength(2);
    put("b");
    put("c");
    const settled = store.settled();
    expect([told, shown()]).toEqual([[], []]);
    await disk.take();
    await expect.poll(() => told).toEqual(["a"]);
    expect(shown()).toEqual(["a"]);
    await disk.take();
    await settled;
    await expect.poll(() => told).toEqual(["a", "b", "c"]);
    expect([shown(), disk.groups.slice(1)]).toEqual([
      ["a", "b", "c"],
      [["+a"], ["+b", "+c"]],
    ]);
  });

  it("keeps how objects are for clients, however much waits for it", async () => {
    const disk = new ChosenDisk();
    const history = { bytes: 1000, changes: 2 };
    const store = new ObjectStore({ journal: disk, failures: new Failures(), history });
    const first = store.put(RESOURCE, configMap("a", { n: "0" }));
    await disk.take();
    const stored = await first;
    const writes = Array.from({ length: 9 }, (_, n) =>
      store.put(RESOURCE, configMap("a", { n: String(n + 1) })),
    );
    expect(store.get(RESOURCE, "lab", "a", store.committedRevision)).toBe(stored);
    await disk.take();
    await Promise.all(writes);
    expect(store.oldestRevision(RESOURCE)).toBeGreaterThan(Number(stored.metadata.resourceVersion));
  });

  it("has no more wait for it than there is room for, and asks to try again", async () => {
    const disk = new ChosenDisk();
    const store = new ObjectStore({ journal: disk, failures: new Failures(), waitingBytes: 1000 });
    const large = (name: string): Promise<ApiObject> =>
      store.put(RESOURCE, configMap(name, { text: "x".repeat(600) }));
    const first = large("a");
    await expect(large("b")).rejects.toMatchObject({
      status: { code: 429, reason: "TooManyRequests", details: { retryAfterSeconds: 1 } },
    });
    await disk.take();
    await first;
    const second = large("b");
    await disk.take();
    await second;
  });
});
