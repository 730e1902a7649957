import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { open, send } from "../https-for-tests.js";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";
import { ObjectStore } from "../store/object-store.js";

interface Event {
  type: string;
  object: {
    code?: number;
    reason?: string;
    metadata: { name?: string; resourceVersion?: string; annotations?: Record<string, string> };
  };
}

const MAPS = "/api/v1/namespaces/default/configmaps";
const LARGE = 900_000;

describe("watches of much", () => {
  let dataDir: string;
  let cluster: Cluster;
  const write = async (method: string, path: string, body?: object): Promise<void> => {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    const { code } = await send(cluster, { method, path, type, ...(body && { body: JSON.stringify(body) }) });
    expect(code).toBeLessThan(300);
  };
  const change = (name: string, n: number): Promise<void> =>
    write("PATCH", `${MAPS}/${name}`, { data: { text: String(n % 10).repeat(LARGE) } });

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "lectern-watches-"));
    cluster = await startCluster({ dataDir });
  });
  afterAll(async () => {
    await cluster.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("begin with more than 16 MiB of state, and tell where it ends", async () => {
    const names = Array.from({ length: 20 }, (_, n) => `state-${String(n).padStart(2, "0")}`);
    for (const name of names)
      await write("POST", MAPS, { metadata: { name }, data: { text: "x".repeat(LARGE) } });
    const query =
      "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const watch = await open(cluster, { path: `${MAPS}?${query}` });
    const events = new Events(watch);
    const mark = await events.until(({ type }) => type === "BOOKMARK");
    expect(mark.object.metadata.annotations).toEqual({ "k8s.io/initial-events-end": "true" });
    const seen = events.all.filter(({ type }) => type === "ADDED").map(({ object }) => object.metadata.name);
    expect(seen).toEqual(expect.arrayContaining(names));
    expect(new Set(seen).size).toBe(seen.length);
    await change("state-00", 1);
    const next = await events.until(({ type }) => type === "MODIFIED");
    expect(Number(next.object.metadata.resourceVersion)).toBeGreaterThan(
      Number(mark.object.metadata.resourceVersion),
    );
    watch.destroy();
    for (const name of names) await write("DELETE", `${MAPS}/${name}`);
  });

  it(
    "end with 410 for a client that reads too slowly, which reads all that was sent",
    { timeout: 300_000 },
    async () => {
      await write("POST", MAPS, { metadata: { name: "busy" } });
      const { body } = await send(cluster, { path: `${MAPS}/busy` });
      const query = `watch=true&fieldSelector=metadata.name%3Dbusy&resourceVersion=${String(body.metadata["resourceVersion"])}`;
      const slow = await open(cluster, { path: `${MAPS}?${query}` });
      const quick = await open(cluster, { path: `${MAPS}?${query}` });
      const quickEvents = new Events(quick);
      // More than the socket, the kernel and the history hold together.
      for (let n = 0; n < 60; n++) await change("busy", n);
      await expect.poll(() => quickEvents.all.length, { timeout: 60_000 }).toBe(60);
      const slowEvents = new Events(slow);
      await once(slow, "end", { signal: AbortSignal.timeout(60_000) });
      const last = slowEvents.all.at(-1);
      expect([last?.type, last?.object.code, last?.object.reason]).toEqual(["ERROR", 410, "Expired"]);
      const versions = slowEvents.all
        .slice(0, -1)
        .map(({ object }) => Number(object.metadata.resourceVersion));
      expect(versions.length).toBeGreaterThan(0);
      expect(versions).toEqual(versions.toSorted((a, b) => a - b));
      quick.destroy();
    },
  );

  it.each([
    "timeoutSeconds=abc",
    "resourceVersion=abc",
    "labelSelector=a%20b%20c",
    "sendInitialEvents=true",
    "resourceVersionMatch=Exact",
  ])("hold nothing of the store when their query is refused: %s", async (query) => {
    const followed = vi.spyOn(ObjectStore.prototype, "follow");
    const subscribed = vi.spyOn(ObjectStore.prototype, "subscribe");
    const { code } = await send(cluster, { path: `${MAPS}?watch=true&${query}` });
    expect(code).toBeGreaterThanOrEqual(400);
    expect([...followed.mock.calls, ...subscribed.mock.calls]).toEqual([]);
    followed.mockRestore();
    subscribed.mockRestore();
  });
});

/** The events of a watch, read from now on. */
class Events {
  readonly all: Event[] = [];
  #rest = "";

  constructor(watch: IncomingMessage) {
    watch.setEncoding("utf8");
    watch.on("error", () => undefined);
    watch.on("data", (chunk: string) => {
      const lines = (this.#rest + chunk).split("\n");
      this.#rest = lines.pop() ?? "";
      this.all.push(...lines.map((line) => JSON.parse(line) as Event));
    });
  }

  async until(isIt: (event: Event) => boolean): Promise<Event> {
    await expect.poll(() => this.all.some(isIt)).toBe(true);
    return this.all.find(isIt) as Event;
  }
}
