import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";

interface Kubeconfig {
  clusters: { cluster: { "certificate-authority-data": string } }[];
  users: { user: { token: string } }[];
}

interface Event {
  type: string;
  object: {
    kind: string;
    metadata: { name?: string; resourceVersion: string; annotations?: Record<string, string> };
    columnDefinitions?: unknown[] | null;
    rows?: { cells: unknown[] }[];
  };
}

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
const PATH = "/api/v1/namespaces/default/configmaps";

/** What a watcher was told; the certificate every namespace gets is left out. */
function seen(events: Event[]): string[] {
  const texts = events.map(({ type, object }) => `${type} ${object.metadata.name ?? ""}`);
  return texts.filter((text) => !text.includes("kube-root"));
}

describe("watching over HTTPS", () => {
  let dataDir: string;
  let cluster: Cluster;
  const stops: (() => void)[] = [];

  const send = async (
    method: string,
    path: string,
    options: { body?: object; accept?: string } = {},
  ): Promise<IncomingMessage> => {
    const config = parse(readFileSync(cluster.kubeconfigPath, "utf8")) as Kubeconfig;
    const ca = Buffer.from(config.clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64");
    const headers = {
      authorization: `Bearer ${config.users[0]?.user.token ?? ""}`,
      accept: options.accept ?? "application/json",
      "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
    };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, cluster.url), { method, ca, headers, agent: false }, resolve);
      sent.on("error", reject);
      sent.end(options.body && JSON.stringify(options.body));
    });
  };
  const write = async (method: string, path: string, body?: object): Promise<void> => {
    const response = await send(method, path, body && { body });
    response.resume();
    await once(response, "end");
    expect(response.statusCode).toBeLessThan(300);
  };
  const watch = async (query: string, accept?: string): Promise<Event[]> => {
    const response = await send("GET", `${PATH}?watch=true&${query}`, accept === undefined ? {} : { accept });
    const events: Event[] = [];
    let rest = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      events.push(...lines.map((line) => JSON.parse(line) as Event));
    });
    response.on("error", () => undefined);
    stops.push(() => response.destroy());
    return events;
  };

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "lectern-watch-"));
    cluster = await startCluster({ dataDir });
  });
  afterAll(async () => {
    for (const stop of stops) stop();
    await cluster.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("shows an object that stops matching the selector as deleted", async () => {
    const events = await watch("labelSelector=tier=front");
    await write("POST", PATH, { metadata: { name: "a", labels: { tier: "front" } } });
    await write("PATCH", `${PATH}/a`, { data: { x: "1" } });
    await write("PATCH", `${PATH}/a`, { metadata: { labels: { tier: "back" } } });
    await write("PATCH", `${PATH}/a`, { metadata: { labels: { tier: "front" } } });
    await write("DELETE", `${PATH}/a`);
    await expect
      .poll(() => seen(events))
      .toEqual(["ADDED a", "MODIFIED a", "DELETED a", "ADDED a", "DELETED a"]);
  });

  it("resumes after a revision without a gap", async () => {
    const first = await watch("fieldSelector=metadata.name=b");
    await write("POST", PATH, { metadata: { name: "b" } });
    await expect.poll(() => seen(first)).toEqual(["ADDED b"]);
    const from = first[0]?.object.metadata.resourceVersion ?? "";
    await write("PATCH", `${PATH}/b`, { data: { x: "1" } });
    const second = await watch(`fieldSelector=metadata.name=b&resourceVersion=${from}`);
    await expect.poll(() => seen(second)).toEqual(["MODIFIED b"]);
  });

  it("marks the end of the initial events for clients that ask for it", async () => {
    await write("POST", PATH, { metadata: { name: "c" } });
    const events = await watch(
      "fieldSelector=metadata.name=c&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
    );
    await expect.poll(() => events.map(({ type }) => type)).toEqual(["ADDED", "BOOKMARK"]);
    expect(events[1]?.object.metadata.annotations).toEqual({ "k8s.io/initial-events-end": "true" });
  });

  it("sends rows of a table with their revision, and the columns once", async () => {
    const events = await watch("fieldSelector=metadata.name=d", TABLE);
    await write("POST", PATH, { metadata: { name: "d" }, data: { x: "1" } });
    await write("PATCH", `${PATH}/d`, { data: { y: "1" } });
    await expect.poll(() => events.length).toBe(2);
    expect(events.map(({ object }) => object.rows?.[0]?.cells.slice(0, 2))).toEqual([
      ["d", 1],
      ["d", 2],
    ]);
    expect(events[0]?.object.columnDefinitions).toHaveLength(3);
    expect(events[1]?.object.columnDefinitions ?? []).toHaveLength(0);
    expect(Number(events[1]?.object.metadata.resourceVersion)).toBeGreaterThan(0);
  });
});
