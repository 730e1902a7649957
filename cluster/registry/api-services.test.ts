import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { open, send } from "../https-for-tests.js";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";

const API_SERVICES = "/apis/apiregistration.k8s.io/v1/apiservices";
const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const METRICS = "/apis/metrics.k8s.io/v1beta1";
const DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const DEADLINE_MS = 60_000;

let dataDir: string;
let cluster: Cluster;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "lectern-api-services-"));
  cluster = await startCluster({ dataDir });
});
afterAll(async () => {
  await cluster.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it("says of an API that a service is to serve that it is not available, also after a restart, until the APIService goes", async () => {
  expect((await open(cluster, { path: `${METRICS}/nodes` })).statusCode).toBe(404);
  const service = { name: "metrics-server", namespace: "kube-system" };
  const spec = {
    group: "metrics.k8s.io",
    version: "v1beta1",
    service,
    groupPriorityMinimum: 1,
    versionPriority: 1,
  };
  await post(API_SERVICES, { metadata: { name: "v1beta1.metrics.k8s.io" }, spec });
  await condition("v1beta1.metrics.k8s.io", { status: "False", reason: "ServiceNotFound" });
  await cluster.close();
  cluster = await startCluster({ dataDir });
  for (const path of [METRICS, `${METRICS}/nodes`]) {
    const { code, body } = await send(cluster, { path });
    expect([code, body.message]).toEqual([503, expect.stringContaining("passes no requests on to services")]);
  }
  const { body } = await send(cluster, { path: "/apis", headers: { accept: DISCOVERY } });
  const { items } = body as unknown as { items: { metadata: { name: string }; versions: object[] }[] };
  const group = items.find(({ metadata }) => metadata.name === "metrics.k8s.io");
  expect(group?.versions).toEqual([{ version: "v1beta1", freshness: "Stale" }]);
  await send(cluster, { method: "DELETE", path: `${API_SERVICES}/v1beta1.metrics.k8s.io` });
  expect((await send(cluster, { path: "/apis" })).code).toBe(200);
  expect((await open(cluster, { path: METRICS })).statusCode).toBe(404);
});

it("has an APIService for each version it serves itself, of custom resources while they are defined", async () => {
  await condition("v1.apps", { status: "True", reason: "Local" });
  const names = { plural: "foos", kind: "Foo" };
  const schema = { openAPIV3Schema: { type: "object" } };
  const versions = [{ name: "v1alpha2", served: true, storage: true, schema }];
  const spec = { group: "example.com", scope: "Namespaced", names, versions };
  await post(DEFINITIONS, { metadata: { name: "foos.example.com" }, spec });
  await condition("v1alpha2.example.com", { status: "True", reason: "Local" });
  await send(cluster, { method: "DELETE", path: `${DEFINITIONS}/foos.example.com` });
  await until(
    async () => (await send(cluster, { path: `${API_SERVICES}/v1alpha2.example.com` })).code === 404,
  );
});

async function post(path: string, body: object): Promise<void> {
  const answer = await send(cluster, { method: "POST", path, body: JSON.stringify(body) });
  expect([answer.code, answer.body.message]).toEqual([201, undefined]);
}

async function condition(name: string, expected: object): Promise<void> {
  await until(async () => {
    const { body } = await send(cluster, { path: `${API_SERVICES}/${name}` });
    const { status } = body as unknown as { status?: { conditions?: object[] } };
    const found = { ...status?.conditions?.[0] };
    return Object.entries(expected).every(([key, value]) => Reflect.get(found, key) === value);
  });
}

async function until(isReached: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await sleep(20)) {
    if (await isReached()) return;
  }
  throw new Error(`it did not come true in ${DEADLINE_MS} ms`);
}
