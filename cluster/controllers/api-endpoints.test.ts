import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { send } from "../https-for-tests.js";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";

const ENDPOINTS = "/api/v1/namespaces/default/endpoints/kubernetes";
const SLICES = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

let dataDir: string;
let cluster: Cluster;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "lectern-api-endpoints-"));
  cluster = await startCluster({ dataDir });
});
afterAll(async () => {
  await cluster.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function bodyOf(path: string): Promise<Record<string, unknown>> {
  return (await send(cluster, { path })).body;
}

it("lists where the API is behind the service kubernetes, as on a cluster of one node, and again when somebody removes it", async () => {
  const subsets = [
    { addresses: [{ ip: "192.0.2.1" }], ports: [{ name: "https", port: 6443, protocol: "TCP" }] },
  ];
  await expect.poll(async () => (await bodyOf(ENDPOINTS))["subsets"]).toEqual(subsets);
  await expect
    .poll(() => bodyOf(`${SLICES}/kubernetes`))
    .toMatchObject({
      addressType: "IPv4",
      metadata: { labels: { "kubernetes.io/service-name": "kubernetes" } },
      endpoints: [{ addresses: ["192.0.2.1"], conditions: { ready: true } }],
      ports: [{ name: "https", port: 6443, protocol: "TCP" }],
    });
  for (const path of [ENDPOINTS, `${SLICES}/kubernetes`]) await send(cluster, { method: "DELETE", path });
  await expect.poll(async () => (await bodyOf(ENDPOINTS))["subsets"]).toEqual(subsets);
  await expect.poll(async () => (await bodyOf(`${SLICES}/kubernetes`))["addressType"]).toBe("IPv4");
  // It is no copy of what somebody wrote.
  const { items } = (await bodyOf(SLICES)) as unknown as { items: { metadata: { name: string } }[] };
  expect(items.map(({ metadata }) => metadata.name)).toEqual(["kubernetes"]);
});

it("says that the parts of the cluster are well, which are parts of whoever answers", async () => {
  const list = await send(cluster, { path: "/api/v1/componentstatuses" });
  expect(list.body).toMatchObject({
    kind: "ComponentStatusList",
    items: ["controller-manager", "etcd-0", "scheduler"].map((name) => ({ metadata: { name } })),
  });
  const one = await bodyOf("/api/v1/componentstatuses/scheduler");
  expect(one["conditions"]).toEqual([{ type: "Healthy", status: "True", message: "ok" }]);
  expect((await send(cluster, { path: "/api/v1/componentstatuses/none" })).code).toBe(404);
});
