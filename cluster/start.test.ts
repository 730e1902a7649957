import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "./https-for-tests.js";
import { send } from "./https-for-tests.js";
import type { Cluster } from "./start.js";
import { startCluster } from "./start.js";

describe("startCluster", () => {
  let dataDir: string;
  let cluster: Cluster | undefined;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), "lectern-cluster-"));
  });
  afterEach(async () => {
    await cluster?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("writes a kubeconfig that only its owner can read and that TLS clients can use", async () => {
    cluster = await startCluster({ dataDir });
    expect(statSync(cluster.kubeconfigPath).mode & 0o777).toBe(0o600);
    expect((await call(cluster, "GET", "/api/v1/namespaces/default")).code).toBe(200);
  });

  it("keeps its address, objects and the order of revisions over a restart", async () => {
    cluster = await startCluster({ dataDir });
    const first = cluster;
    const path = "/api/v1/namespaces/default/configmaps";
    const created = await call(first, "POST", path, { metadata: { name: "kept" }, data: { a: "b" } });
    const kubeconfig = readFileSync(first.kubeconfigPath, "utf8");
    await first.close();
    cluster = await startCluster({ dataDir });
    expect(cluster.url).toBe(first.url);
    expect(readFileSync(cluster.kubeconfigPath, "utf8")).toBe(kubeconfig);
    const kept = await call(cluster, "GET", `${path}/kept`);
    expect(kept.body.metadata["uid"]).toBe(created.body.metadata["uid"]);
    const later = await call(cluster, "POST", path, { metadata: { name: "later" } });
    expect(Number(later.body.metadata["resourceVersion"])).toBeGreaterThan(
      Number(created.body.metadata["resourceVersion"]),
    );
  });

  it("answers 410 to a watch from before the restart", async () => {
    cluster = await startCluster({ dataDir });
    const created = await call(cluster, "POST", "/api/v1/namespaces/default/configmaps", {
      metadata: { name: "a" },
    });
    await cluster.close();
    cluster = await startCluster({ dataDir });
    const from = String(created.body.metadata["resourceVersion"]);
    const watch = await call(cluster, "GET", `/api/v1/configmaps?watch=true&resourceVersion=${from}`);
    expect([watch.code, watch.body.reason]).toEqual([410, "Expired"]);
  });

  it("refuses a data directory another cluster holds", async () => {
    cluster = await startCluster({ dataDir });
    await expect(startCluster({ dataDir })).rejects.toMatchObject({ code: "CLUSTER_DATA_DIR_IN_USE" });
  });

  it("refuses a port that is taken, and frees the data directory", async () => {
    cluster = await startCluster({ dataDir });
    const other = mkdtempSync(join(tmpdir(), "lectern-cluster-"));
    const port = Number(new URL(cluster.url).port);
    await expect(startCluster({ dataDir: other, port })).rejects.toMatchObject({
      code: "CLUSTER_PORT_IN_USE",
    });
    await (await startCluster({ dataDir: other })).close();
    rmSync(other, { recursive: true, force: true });
  });

  it("lets nobody in without a valid token", async () => {
    cluster = await startCluster({ dataDir });
    const answer = await call({ ...cluster, token: "wrong" }, "GET", "/api/v1/secrets");
    expect([answer.code, answer.body.reason]).toEqual([401, "Unauthorized"]);
  });

  it("refuses a body larger than 3 MiB with 413", async () => {
    cluster = await startCluster({ dataDir });
    const data = { big: "x".repeat(3 * 1024 * 1024) };
    const answer = await call(cluster, "POST", "/api/v1/namespaces/default/configmaps", {
      metadata: { name: "b" },
      data,
    });
    expect([answer.code, answer.body.reason]).toEqual([413, "RequestEntityTooLarge"]);
  });
});

function call(
  cluster: Cluster & { token?: string },
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const { token } = cluster;
  return send(cluster, {
    method,
    path,
    ...(token !== undefined && { token }),
    ...(body && { body: JSON.stringify(body) }),
  });
}
