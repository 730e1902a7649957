import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { TestApi } from "../api-for-tests.js";
import { namespace, pod, serviceAccount, startTestApi } from "../api-for-tests.js";

const QUOTAS = { group: "", version: "v1", resource: "resourcequotas" };
const PODS = { group: "", version: "v1", resource: "pods" };
const CPU = { resources: { requests: { cpu: "500m" }, limits: { cpu: "1" } } };

let cluster: TestApi;

beforeEach(async () => {
  cluster = await startTestApi();
  await cluster.apply(namespace("x"));
  await cluster.apply(serviceAccount("x"));
});

afterEach(() => cluster.close());

async function quota(hard: object, spec: object = {}): Promise<void> {
  const metadata = { namespace: "x", name: "q" };
  await cluster.apply({ apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard, ...spec } });
}

function used(): Record<string, string> | undefined {
  return (
    cluster.api.get(QUOTAS, { namespace: "x", name: "q" })["status"] as { used?: Record<string, string> }
  ).used;
}

function configMap(name: string): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "x", name } };
}

test("what fits is counted by the time the write is answered", async () => {
  await quota({ "requests.cpu": "1", "limits.cpu": "2", pods: "5" });
  await cluster.apply(pod("x", "a", CPU));
  expect(used()).toEqual({ "limits.cpu": "1", pods: "1", "requests.cpu": "500m" });
});

test("what does not fit is refused with all amounts", async () => {
  await quota({ "requests.cpu": "1", "limits.cpu": "10", pods: "1" });
  await cluster.apply(pod("x", "a", CPU));
  await expect(cluster.apply(pod("x", "b", CPU))).rejects.toMatchObject({
    message: 'pods "b" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    status: { code: 403, reason: "Forbidden", details: { name: "b", kind: "pods" } },
  });
  const big = { resources: { requests: { cpu: "700m" }, limits: { cpu: "20" } } };
  await expect(cluster.apply(pod("x", "c", big))).rejects.toThrow(
    "exceeded quota: q, requested: limits.cpu=20,pods=1,requests.cpu=700m, used: limits.cpu=1,pods=1,requests.cpu=500m, limited: limits.cpu=10,pods=1,requests.cpu=1",
  );
});

test("a pod must state what the quota limits, container by container", async () => {
  await quota({ "limits.cpu": "2", "limits.memory": "1Gi" });
  const init = { initContainers: [{ name: "setup", image: "nginx", resources: { limits: { cpu: "1" } } }] };
  await expect(cluster.apply(pod("x", "a", {}, init))).rejects.toThrow(
    'pods "a" is forbidden: failed quota: q: must specify limits.cpu for: main; limits.memory for: main,setup',
  );
});

test("many requests at once cannot pass together", async () => {
  await quota({ "count/configmaps": "5" });
  const attempts = Array.from({ length: 20 }, (_, index) => cluster.apply(configMap(`c${index}`)));
  const outcomes = await Promise.allSettled(attempts);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  expect(used()).toEqual({ "count/configmaps": "5" });
});

test("a dry run is refused like the real thing and counts nothing", async () => {
  await quota({ configmaps: "1" });
  await cluster.apply(configMap("a"), { dryRun: true });
  expect(used()?.["configmaps"] ?? "0").toBe("0");
  await cluster.apply(configMap("a"));
  await expect(cluster.apply(configMap("b"), { dryRun: true })).rejects.toThrow(
    "exceeded quota: q, requested: configmaps=1",
  );
});

test("what goes, ends or fails to be stored is given back", async () => {
  await quota({ pods: "1", configmaps: "2" });
  await cluster.apply(configMap("a"));
  await expect(cluster.apply(configMap("a"))).rejects.toMatchObject({ code: 409 });
  await cluster.apply(pod("x", "p"));
  const ended = structuredClone(cluster.api.get(PODS, { namespace: "x", name: "p" }));
  ended["status"] = { phase: "Succeeded" };
  await cluster.api.update({ ...PODS, subresource: "status" }, ended, { user: cluster.admin });
  await expect.poll(() => used()?.["pods"]).toBe("0");
  expect((await cluster.apply(pod("x", "next"))).metadata.name).toBe("next");
  await cluster.api.delete(
    { ...PODS, resource: "configmaps" },
    { namespace: "x", name: "a" },
    { user: cluster.admin },
  );
  await expect.poll(() => used()?.["configmaps"]).toBe("0");
});

test("a quota counts what was there before it", async () => {
  await cluster.apply(configMap("a"));
  await cluster.apply(configMap("b"));
  await quota({ "count/configmaps": "3" });
  await expect.poll(used).toEqual({ "count/configmaps": "2" });
  await cluster.apply(configMap("c"));
  await expect(cluster.apply(configMap("d"))).rejects.toThrow(
    "used: count/configmaps=3, limited: count/configmaps=3",
  );
});

test("objects of other groups are counted by count/<resource>.<group>", async () => {
  await quota({ "count/deployments.apps": "0" });
  const template = {
    metadata: { labels: { a: "b" } },
    spec: { containers: [{ name: "main", image: "nginx" }] },
  };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace: "x", name: "d" },
    spec: { selector: { matchLabels: { a: "b" } }, template },
  };
  await expect(cluster.apply(deployment)).rejects.toThrow(
    'deployments.apps "d" is forbidden: exceeded quota: q, requested: count/deployments.apps=1, used: count/deployments.apps=0, limited: count/deployments.apps=0',
  );
});

function claim(name: string): object {
  const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } } };
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { namespace: "x", name }, spec };
}

function service(type: string): object {
  const spec = { type, ports: [{ port: 80 }], selector: { a: "b" } };
  return { apiVersion: "v1", kind: "Service", metadata: { namespace: "x", name: type.toLowerCase() }, spec };
}

test("storage and node ports are summed", async () => {
  await quota({ "requests.storage": "3Gi", "services.nodeports": "0" });
  await cluster.apply(claim("a"));
  await expect(cluster.apply(claim("b"))).rejects.toThrow(
    "requested: requests.storage=2Gi, used: requests.storage=2Gi, limited: requests.storage=3Gi",
  );
  await cluster.apply(service("ClusterIP"));
  await expect(cluster.apply(service("NodePort"))).rejects.toThrow("requested: services.nodeports=1");
});

describe("scopes", () => {
  test("BestEffort counts only pods without requests and limits", async () => {
    await quota({ pods: "0" }, { scopes: ["BestEffort"] });
    expect((await cluster.apply(pod("x", "a", CPU))).metadata.name).toBe("a");
    await expect(cluster.apply(pod("x", "b"))).rejects.toThrow("exceeded quota: q, requested: pods=1");
  });

  test("Terminating counts only pods with a deadline", async () => {
    await quota({ pods: "0" }, { scopes: ["Terminating"] });
    expect((await cluster.apply(pod("x", "a"))).metadata.name).toBe("a");
    await expect(cluster.apply(pod("x", "b", {}, { activeDeadlineSeconds: 60 }))).rejects.toThrow(
      "exceeded quota",
    );
  });
});
