import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { ApiObject } from "../api/object.js";
import type { TestApi } from "./api-for-tests.js";
import { namespace, pod, serviceAccount, startTestApi } from "./api-for-tests.js";

let cluster: TestApi;

beforeEach(async () => {
  cluster = await startTestApi();
  await cluster.apply(namespace("x"));
  await cluster.apply(serviceAccount("x"));
});

afterEach(() => cluster.close());

interface PodSpec {
  serviceAccountName: string;
  volumes?: { name: string; projected?: object }[];
  containers: { resources: object; volumeMounts?: { mountPath: string }[] }[];
}

function specOf(object: ApiObject): PodSpec {
  return object["spec"] as PodSpec;
}

describe("namespaces", () => {
  test("nothing is created in one that does not exist", async () => {
    await expect(cluster.apply(pod("nowhere", "p"))).rejects.toMatchObject({
      message: 'namespaces "nowhere" not found',
      status: { code: 404, details: { name: "nowhere", kind: "namespaces" } },
    });
  });

  test("nothing is created in one that is going", async () => {
    const ref = { group: "", version: "v1", resource: "namespaces" };
    const going = structuredClone(cluster.api.get(ref, { name: "x" }));
    going["status"] = { phase: "Terminating" };
    await cluster.api.update({ ...ref, subresource: "status" }, going, { user: cluster.admin });
    await expect(cluster.apply(pod("x", "p"))).rejects.toMatchObject({
      message:
        'pods "p" is forbidden: unable to create new content in namespace x because it is being terminated',
      status: {
        code: 403,
        details: { causes: [{ reason: "NamespaceTerminating", field: "metadata.namespace" }] },
      },
    });
  });

  test("default, kube-system and kube-public cannot be deleted", async () => {
    const ref = { group: "", version: "v1", resource: "namespaces" };
    await expect(cluster.api.delete(ref, { name: "kube-system" }, { user: cluster.admin })).rejects.toThrow(
      'namespaces "kube-system" is forbidden: this namespace may not be deleted',
    );
  });
});

describe("service accounts of pods", () => {
  test("a pod gets the default account and its token", async () => {
    const spec = specOf(await cluster.apply(pod("x", "p")));
    expect(spec.serviceAccountName).toBe("default");
    expect(spec.volumes?.[0]?.name).toMatch(/^kube-api-access-[a-z0-9]{5}$/);
    expect(spec.containers[0]?.volumeMounts?.[0]?.mountPath).toBe(
      "/var/run/secrets/kubernetes.io/serviceaccount",
    );
  });

  test("no token is mounted where the pod objects", async () => {
    const spec = specOf(await cluster.apply(pod("x", "p", {}, { automountServiceAccountToken: false })));
    expect(spec.volumes).toBeUndefined();
  });

  test("an account that does not exist is refused", async () => {
    await expect(cluster.apply(pod("x", "p", {}, { serviceAccountName: "gone" }))).rejects.toThrow(
      'pods "p" is forbidden: error looking up service account x/gone: serviceaccount "gone" not found',
    );
  });

  test("the default account may come a moment after its namespace", async () => {
    await cluster.apply(namespace("young"));
    const created = cluster.apply(pod("young", "p"));
    await cluster.apply(serviceAccount("young"));
    expect((await created).metadata.name).toBe("p");
  });
});

function limitRange(...limits: object[]): object {
  return { apiVersion: "v1", kind: "LimitRange", metadata: { namespace: "x", name: "l" }, spec: { limits } };
}

describe("limit ranges", () => {
  test("containers get defaults, and an annotation says so", async () => {
    const defaults = {
      type: "Container",
      default: { cpu: "500m" },
      defaultRequest: { cpu: "100m", memory: "64Mi" },
    };
    await cluster.apply(limitRange(defaults));
    const created = await cluster.apply(pod("x", "p"));
    expect(specOf(created).containers[0]?.resources).toEqual({
      limits: { cpu: "500m" },
      requests: { cpu: "100m", memory: "64Mi" },
    });
    expect(created.metadata.annotations?.["kubernetes.io/limit-ranger"]).toBe(
      "LimitRanger plugin set: cpu, memory request for container main; cpu limit for container main",
    );
  });

  test.each<[string, object, object]>([
    [
      "maximum cpu usage per Container is 1, but limit is 2",
      { type: "Container", max: { cpu: "1" } },
      { limits: { cpu: "2" }, requests: { cpu: "500m" } },
    ],
    [
      "minimum cpu usage per Container is 100m, but request is 50m",
      { type: "Container", min: { cpu: "100m" } },
      { limits: { cpu: "1" }, requests: { cpu: "50m" } },
    ],
    [
      "minimum memory usage per Pod is 1Gi.  No request is specified",
      { type: "Pod", min: { memory: "1Gi" } },
      { limits: { cpu: "1" } },
    ],
    [
      "cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000",
      { type: "Container", maxLimitRequestRatio: { cpu: "2" } },
      { limits: { cpu: "2" }, requests: { cpu: "500m" } },
    ],
    [
      "maximum memory usage per Pod is 1Gi, but limit is 2Gi",
      { type: "Pod", max: { memory: "1Gi" } },
      { limits: { memory: "2Gi" }, requests: { memory: "1Gi" } },
    ],
  ])("%s", async (text, limit, resources) => {
    await cluster.apply(limitRange(limit));
    await expect(cluster.apply(pod("x", "p", { resources }))).rejects.toMatchObject({
      message: `pods "p" is forbidden: ${text}`,
      status: { code: 403 },
    });
  });

  test("several violations are listed together", async () => {
    await cluster.apply(limitRange({ type: "Container", max: { cpu: "1", memory: "1Gi" } }));
    const resources = { limits: { cpu: "2", memory: "2Gi" } };
    await expect(cluster.apply(pod("x", "p", { resources }))).rejects.toThrow(
      'pods "p" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Container is 1Gi, but limit is 2Gi]',
    );
  });
});
