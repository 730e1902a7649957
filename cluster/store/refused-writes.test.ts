import { describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { StatusError } from "../api/status.js";
import { ClusterError, clusterErrorCodes } from "../errors.js";
import { Failures } from "../failures.js";
import type { Journal } from "./journal.js";
import { ObjectStore } from "./object-store.js";

const RESOURCE = "/configmaps";

/** A disk whose failures are the test's to choose; a real one fails when it likes. */
class ChosenJournal implements Journal {
  failsOn: "put" | "commit" | undefined;

  load() {
    return { revision: 0, rows: [], setAside: [] };
  }

  put(): void {
    this.#step("put");
  }

  remove(): void {
    this.#step("put");
  }

  commit(): void {
    this.#step("commit");
  }

  close(): void {}

  #step(step: "put" | "commit"): void {
    if (this.failsOn === step) throw new ClusterError(clusterErrorCodes.diskFull, "no room");
  }
}

function configMap(name: string, data: Record<string, string> = {}): ApiObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "lab" }, data };
}

function byName({ metadata }: ApiObject): string[] {
  return [metadata.name ?? ""];
}

describe.each(["put", "commit"] as const)("a disk that fails at %s", (step) => {
  it("takes back every change of the turn, refuses each with 507, and is told and counted once", async () => {
    const lines: string[] = [];
    const failures = new Failures({ error: (_fields, text) => lines.push(text) });
    const journal = new ChosenJournal();
    const store = new ObjectStore({ journal, failures });
    const kept = await store.put(RESOURCE, configMap("kept", { n: "1" }));
    const index = store.index(RESOURCE, byName);
    const heard: string[] = [];
    store.subscribe(RESOURCE, ({ type, object }) => heard.push(`${type} ${object.metadata.name}`));
    const before = store.list(RESOURCE);

    const early = [store.put(RESOURCE, configMap("new")), store.put(RESOURCE, configMap("kept", { n: "2" }))];
    journal.failsOn = step;
    const results = await Promise.allSettled([...early, store.remove(RESOURCE, kept)]);
    for (const result of results) {
      const { reason } = result as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(StatusError);
      expect([reason.code, reason.reason]).toEqual([507, "InsufficientStorage"]);
    }
    expect(store.list(RESOURCE)).toEqual(before);
    expect(store.get(RESOURCE, "lab", "kept")).toBe(kept);
    expect([index.get("kept"), index.get("new")]).toEqual([[kept], []]);
    expect(heard.at(-1)).toBe("DELETED new");
    expect([failures.count, lines]).toEqual([1, ["a write to the cluster's database failed"]]);

    journal.failsOn = undefined;
    const next = await store.put(RESOURCE, configMap("kept", { n: "3" }));
    expect(Number(next.metadata.resourceVersion)).toBe(store.committedRevision);
    expect(store.list(RESOURCE)).toEqual([next]);
  });
});
