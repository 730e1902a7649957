import { afterAll, beforeAll, expect, it } from "vitest";
import { type WatchedObject, watchCollection } from "../../kubernetes/node/collection-watch.js";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

/** A page holds 500. */
const MORE_THAN_A_PAGE = 620;

function withoutData({ metadata }: WatchedObject): WatchedObject {
  return { ...(metadata && { metadata }) };
}

let platform: TestPlatform;
const stop = new AbortController();

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(async () => {
  stop.abort();
  await platform.close();
});

it("a whole class that waits for its checks does not hold up anybody's calls", async () => {
  const path = "/api/v1/namespaces/default/configmaps";
  const begun = Array.from(
    { length: 100 },
    () =>
      new Promise<void>((resolve, reject) => {
        const listener = { onChange: () => resolve() };
        watchCollection(platform.client, path, listener, stop.signal).catch(reject);
      }),
  );
  await Promise.all(begun);
  expect(await platform.client.get(path)).toMatchObject({ kind: "ConfigMapList" });
});

it("a watch that has lasted its time goes on by itself, without a fault and without a gap", async () => {
  const path = "/api/v1/namespaces/default/configmaps";
  const faults: unknown[] = [];
  let lists = 0;
  const seen = new Promise<void>((resolve, reject) => {
    const listener = {
      limitMs: 100,
      onChange: () => void (lists += 1),
      onItem: (_type: string, { metadata }: WatchedObject) => metadata?.name === "late" && resolve(),
      onError: (error: unknown) => void faults.push(error),
    };
    watchCollection(platform.client, path, listener, stop.signal).catch(reject);
  });
  await expect.poll(() => lists).toBeGreaterThan(1);
  await platform.client.create(path, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "late" } });
  await seen;
  expect(faults).toEqual([]);
});

it("sees all of a collection that comes in pages, and keeps of each item what it is told to", async () => {
  const { client } = platform;
  await client.create("/api/v1/namespaces", { metadata: { name: "pages" } });
  const path = "/api/v1/namespaces/pages/configmaps";
  const names = Array.from({ length: MORE_THAN_A_PAGE }, (_, index) => `item-${index}`);
  for (const name of names) await client.create(path, { metadata: { name }, data: { large: "x" } });
  const ended = new AbortController();
  const items = await new Promise<ReadonlyMap<string, WatchedObject>>((resolve, reject) => {
    watchCollection(client, path, { keep: withoutData, onChange: resolve }, ended.signal).catch(reject);
  });
  ended.abort();
  const own = [...items.values()].filter(({ metadata }) => metadata?.name?.startsWith("item-"));
  expect(own).toHaveLength(MORE_THAN_A_PAGE);
  expect(own.filter((item) => "data" in item)).toEqual([]);
});

it("a watch that may not read for a while goes on when it may again", async () => {
  const { client } = platform;
  const path = "/api/v1/namespaces/default/configmaps";
  const rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";
  const metadata = { name: "reader" };
  const subjects = [{ kind: "ServiceAccount", name: "reader", namespace: "default" }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" };
  const allow = () => client.create(`${rbac}/rolebindings`, { metadata, subjects, roleRef });
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch"] }];
  await client.create("/api/v1/namespaces/default/serviceaccounts", { metadata });
  await client.create(`${rbac}/roles`, { metadata, rules });
  await allow();
  const faults: unknown[] = [];
  const names: (string | undefined)[] = [];
  const ended = watchCollection(
    await readerClient(),
    path,
    {
      limitMs: 100,
      onItem: (_type: string, item: WatchedObject) => void names.push(item.metadata?.name),
      onError: (error) => void faults.push(error),
    },
    stop.signal,
  );
  ended.catch((error: unknown) => faults.push("it has ended", error));
  await client.create(path, { metadata: { name: "before" } });
  await expect.poll(() => names).toContain("before");
  await client.remove(`${rbac}/rolebindings/reader`);
  await expect.poll(() => faults[0]).toMatchObject({ status: 403 });
  await allow();
  await client.create(path, { metadata: { name: "afterwards" } });
  await expect.poll(() => names).toContain("afterwards");
  expect(faults).not.toContain("it has ended");
});

/** Calls the cluster as the account `reader`. */
async function readerClient(): Promise<KubernetesClient> {
  const { status } = await platform.client.create<{ status: { token: string } }>(
    "/api/v1/namespaces/default/serviceaccounts/reader/token",
    { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
  );
  const kubeConfig = new KubeConfig();
  const cluster = platform.client.config.getCurrentCluster();
  if (cluster === null) throw new Error("the platform has no cluster");
  kubeConfig.loadFromClusterAndUser(cluster, { name: "reader", token: status.token });
  return new KubernetesClient(kubeConfig);
}
