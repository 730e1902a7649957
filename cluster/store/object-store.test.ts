import { describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { ObjectStore } from "./object-store.js";
import { WATCH_WINDOW_EVENTS } from "./watch-window.js";

function configMap(name: string, data: Record<string, string> = {}): ApiObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "lab" }, data };
}

describe("ObjectStore", () => {
  it("gives every change a higher revision and hands out frozen objects", () => {
    const store = new ObjectStore();
    const first = store.put("/configmaps", configMap("a"));
    const second = store.put("/configmaps", configMap("b"));
    expect(Number(second.metadata.resourceVersion)).toBe(Number(first.metadata.resourceVersion) + 1);
    expect(Object.isFrozen(first.metadata)).toBe(true);
  });

  it("lists by namespace and name", () => {
    const store = new ObjectStore();
    for (const name of ["b", "a-b", "a"]) store.put("/configmaps", configMap(name));
    store.put("/configmaps", { ...configMap("z"), metadata: { name: "z", namespace: "aaa" } });
    expect(store.list("/configmaps").map(({ metadata }) => metadata.name)).toEqual(["z", "a", "a-b", "b"]);
    expect(store.list("/configmaps", "lab")).toHaveLength(3);
  });

  it("tells listeners of changes in order, even when one of them writes", () => {
    const store = new ObjectStore();
    const heard: string[] = [];
    store.subscribe("/configmaps", ({ object }) => {
      if (object.metadata.name === "a") store.put("/configmaps", configMap("b"));
    });
    store.subscribe("/configmaps", ({ object }) => heard.push(object.metadata.name ?? ""));
    store.put("/configmaps", configMap("a"));
    expect(heard).toEqual(["a", "b"]);
  });

  it("remembers recent changes and admits what it has forgotten", () => {
    const store = new ObjectStore();
    const { metadata } = store.put("/configmaps", configMap("a", { n: "0" }));
    const start = Number(metadata.resourceVersion);
    store.put("/configmaps", configMap("a", { n: "1" }));
    expect(store.changesAfter("/configmaps", start)?.map(({ type }) => type)).toEqual(["MODIFIED"]);
    for (let n = 0; n < WATCH_WINDOW_EVENTS * 2; n++)
      store.put("/configmaps", configMap("a", { n: String(n) }));
    expect(store.changesAfter("/configmaps", start)).toBeUndefined();
    expect(store.changesAfter("/configmaps", store.revision)).toEqual([]);
  });

  it("removes under a new revision", () => {
    const store = new ObjectStore();
    const stored = store.put("/configmaps", configMap("a"));
    const removed = store.remove("/configmaps", stored);
    expect(Number(removed.metadata.resourceVersion)).toBe(store.revision);
    expect(store.get("/configmaps", "lab", "a")).toBeUndefined();
  });
});
