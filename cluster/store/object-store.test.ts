import { describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { Failures } from "../failures.js";
import { ObjectStore } from "./object-store.js";

const RESOURCE = "/configmaps";

function configMap(name: string, data: Record<string, string> = {}, namespace = "lab"): ApiObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}

function emptyStore(history = { bytes: 1_000_000, changes: 1000 }): {
  store: ObjectStore;
  failures: Failures;
} {
  const failures = new Failures();
  return { store: new ObjectStore({ failures, history }), failures };
}

function byData(object: ApiObject): string[] {
  return Object.keys(object["data"] as object);
}

function namesIn(objects: Iterable<ApiObject> | undefined): string[] | undefined {
  return objects && [...objects].map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

describe("ObjectStore", () => {
  it("gives every change a higher revision and hands out frozen objects", async () => {
    const { store } = emptyStore();
    const first = await store.put(RESOURCE, configMap("a"));
    const second = await store.put(RESOURCE, configMap("b"));
    expect(Number(second.metadata.resourceVersion)).toBe(Number(first.metadata.resourceVersion) + 1);
    expect(Object.isFrozen(first.metadata)).toBe(true);
  });

  it("refuses what grows beyond its quota, and takes it when there is room again", async () => {
    const store = new ObjectStore({ failures: new Failures(), quotaBytes: 1_000 });
    const small = await store.put(RESOURCE, configMap("a", { text: "x".repeat(400) }));
    const large = () => store.put(RESOURCE, configMap("b", { text: "x".repeat(600) }));
    await expect(large()).rejects.toMatchObject({
      status: { code: 507, message: expect.stringContaining("database space exceeded") },
    });
    await store.put(RESOURCE, configMap("a", { text: "x" }));
    await large();
    await expect(store.put(RESOURCE, configMap("a", { text: "x".repeat(400) }))).rejects.toMatchObject({
      status: { code: 507 },
    });
    await store.remove(RESOURCE, small);
    await store.put(RESOURCE, configMap("c"));
    expect(namesIn(store.list(RESOURCE))).toEqual(["lab/b", "lab/c"]);
  });

  it("marks what it holds as deleted when it is full, within a reserve", async () => {
    const store = new ObjectStore({ failures: new Failures(), quotaBytes: 2_000 });
    await store.put(RESOURCE, configMap("a", { text: "x".repeat(1_850) }));
    const marked = (text: string): ApiObject => {
      const { metadata, ...rest } = configMap("a", { text });
      return { ...rest, metadata: { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
    };
    await expect(store.put(RESOURCE, configMap("b"))).rejects.toMatchObject({ status: { code: 507 } });
    await store.put(RESOURCE, marked("x".repeat(1_850)));
    await expect(store.put(RESOURCE, marked("x".repeat(2_500)))).rejects.toMatchObject({
      status: { code: 507 },
    });
  });

  it("lists by namespace and name, as a real API server does", async () => {
    const { store } = emptyStore();
    await store.put("/configmapss", configMap("other"));
    for (const namespace of ["a-b", "a", "a.b", "aa"])
      for (const name of ["b", "a-b", "a"]) await store.put(RESOURCE, configMap(name, {}, namespace));
    const all = ["a-b", "a.b", "a", "aa"].flatMap((namespace) =>
      ["a", "a-b", "b"].map((name) => `${namespace}/${name}`),
    );
    expect(namesIn(store.list(RESOURCE))).toEqual(all);
    expect(namesIn(store.list(RESOURCE, "a"))).toEqual(["a/a", "a/a-b", "a/b"]);
    for (const [at, text] of all.entries()) {
      const [namespace = "", name = ""] = text.split("/");
      const rest = store.snapshot({ resource: RESOURCE, after: { namespace, name } }, store.revision);
      expect(namesIn(rest)).toEqual(all.slice(at + 1));
    }
  });

  it("shows nothing outside a namespace, wherever a list goes on from", async () => {
    const { store } = emptyStore();
    for (const namespace of ["a", "b", "c"]) await store.put(RESOURCE, configMap("x", {}, namespace));
    const listFrom = (after: { namespace: string; name: string }) =>
      namesIn(store.snapshot({ resource: RESOURCE, namespace: "b", after }, store.revision));
    expect(listFrom({ namespace: "a", name: "a" })).toEqual(["b/x"]);
    expect(listFrom({ namespace: "c", name: "a" })).toEqual([]);
  });

  it("keeps how objects were at every revision that is not forgotten", async () => {
    const { store } = emptyStore();
    const states = new Map<number, string[]>();
    const remember = (): unknown => states.set(store.revision, namesIn(store.list(RESOURCE)) ?? []);
    remember();
    for (let round = 0; round < 5; round++) {
      for (const name of ["a", "b", "c"]) {
        await store.put(RESOURCE, configMap(name, { round: String(round) }));
        remember();
      }
      await store.remove(RESOURCE, configMap("b"));
      remember();
    }
    for (const [revision, names] of states)
      expect(namesIn(store.snapshot({ resource: RESOURCE }, revision))).toEqual(names);
  });

  it.each([
    ["changes", { bytes: 1_000_000, changes: 10 }],
    ["bytes", { bytes: 2000, changes: 1000 }],
  ])("forgets by the number of %s, and says so", async (_what, bounds) => {
    const { store } = emptyStore(bounds);
    await store.put(RESOURCE, configMap("a", { n: "0" }));
    const start = store.revision;
    await store.put(RESOURCE, configMap("a", { n: "1" }));
    expect(store.changesAfter(RESOURCE, start)?.map(({ type }) => type)).toEqual(["MODIFIED"]);
    for (let n = 0; n < 50; n++) await store.put(RESOURCE, configMap("a", { n: String(n) }));
    expect(store.changesAfter(RESOURCE, start)).toBeUndefined();
    expect(store.snapshot({ resource: RESOURCE }, start)).toBeUndefined();
    expect(store.changesAfter(RESOURCE, store.revision)).toEqual([]);
    const oldest = store.oldestRevision(RESOURCE);
    expect(namesIn(store.snapshot({ resource: RESOURCE }, oldest))).toEqual(["lab/a"]);
  });

  it("lets a removed object go with the last change that speaks of it", async () => {
    const { store } = emptyStore({ bytes: 1_000_000, changes: 8 });
    await store.put(RESOURCE, configMap("gone"));
    await store.remove(RESOURCE, configMap("gone"));
    for (let n = 0; n < 50; n++) await store.put(RESOURCE, configMap("a", { n: String(n) }));
    expect(namesIn(store.snapshot({ resource: RESOURCE }, store.oldestRevision(RESOURCE)))).toEqual([
      "lab/a",
    ]);
    await store.put(RESOURCE, configMap("gone"));
    expect(namesIn(store.list(RESOURCE))).toEqual(["lab/a", "lab/gone"]);
  });

  it("tells listeners of changes in order, even when one of them writes", async () => {
    const { store } = emptyStore();
    const heard: string[] = [];
    store.subscribe(RESOURCE, ({ object }) => {
      if (object.metadata.name === "a") void store.put(RESOURCE, configMap("b"));
    });
    store.subscribe(RESOURCE, ({ object }) => heard.push(object.metadata.name ?? ""));
    await store.put(RESOURCE, configMap("a"));
    expect(heard).toEqual(["a", "b"]);
  });

  it("counts a listener that throws, and goes on", async () => {
    const { store, failures } = emptyStore();
    const heard: string[] = [];
    store.subscribe(RESOURCE, () => {
      throw new Error("a listener of no use");
    });
    store.subscribe(RESOURCE, ({ object }) => heard.push(object.metadata.name ?? ""));
    await store.put(RESOURCE, configMap("a"));
    await store.put(RESOURCE, configMap("b"));
    expect([heard, failures.count]).toEqual([["a", "b"], 2]);
  });

  it("wakes who follows a resource before whoever changed it is told, whatever becomes of others", async () => {
    const { store, failures } = emptyStore();
    const order: string[] = [];
    store.follow(RESOURCE, () => {
      throw new Error("a follower of no use");
    });
    store.follow(RESOURCE, () => {
      order.push(`woken at ${store.changesAfter(RESOURCE, 1)?.length}`);
    });
    await store.put(RESOURCE, configMap("a"));
    order.push("told");
    expect([order, failures.count]).toEqual([["woken at 1", "told"], 1]);
  });

  it("finds objects by an index that is as new as the store, also while listeners are told", async () => {
    const { store } = emptyStore();
    await store.put(RESOURCE, configMap("a", { x: "" }));
    const index = store.index(RESOURCE, byData);
    expect(store.index(RESOURCE, byData)).toBe(index);
    const seen: number[] = [];
    store.subscribe(RESOURCE, () => seen.push(index.count("x")));
    await store.put(RESOURCE, configMap("b", { x: "", y: "" }));
    await store.put(RESOURCE, configMap("a", { y: "" }));
    await store.remove(RESOURCE, configMap("b"));
    expect(seen).toEqual([2, 1, 0]);
    expect(index.get("y").map(({ metadata }) => metadata.name)).toEqual(["a"]);
  });

  it("shows clients and watchers nothing that is not committed", async () => {
    const { store } = emptyStore();
    const before = store.committedRevision;
    const woken: number[] = [];
    store.follow(RESOURCE, () => woken.push(store.committedRevision));
    const stored = store.put(RESOURCE, configMap("a"));
    expect([store.revision, store.committedRevision]).toEqual([before + 1, before]);
    expect(store.changesAfter(RESOURCE, before)).toEqual([]);
    expect(store.get(RESOURCE, "lab", "a", store.committedRevision)).toBeUndefined();
    await stored;
    expect(woken).toEqual([before + 1]);
    expect(store.changesAfter(RESOURCE, before)).toHaveLength(1);
  });

  it("removes under a new revision", async () => {
    const { store } = emptyStore();
    const stored = await store.put(RESOURCE, configMap("a"));
    const removed = await store.remove(RESOURCE, stored);
    expect(Number(removed.metadata.resourceVersion)).toBe(store.revision);
    expect(store.get(RESOURCE, "lab", "a")).toBeUndefined();
  });
});
