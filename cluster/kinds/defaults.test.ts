import { beforeEach, describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import type { ApiService, UserInfo } from "../api/service.js";
import { createApi } from "../create-api.js";

const user: UserInfo = { name: "tester", groups: [] };

function address(service: ApiObject): unknown {
  return (service["spec"] as { clusterIP: string }).clusterIP;
}

describe("defaults and rules of built-in kinds", () => {
  let api: ApiService;
  const create = (resource: string, kind: string, rest: object, name = "x"): Promise<ApiObject> => {
    const group = kind === "Deployment" ? "apps" : "";
    const apiVersion = group === "" ? "v1" : "apps/v1";
    const namespace = kind === "Namespace" ? undefined : "lab";
    const object = { apiVersion, kind, metadata: { name }, ...rest } as ApiObject;
    return api.create({ group, version: "v1", resource }, namespace, object, { user });
  };
  beforeEach(() => {
    ({ api } = createApi());
  });

  it("fill in a pod as the API server does", async () => {
    const pod = await create("pods", "Pod", { spec: { containers: [{ name: "c", image: "nginx" }] } });
    expect(pod["spec"]).toEqual({
      containers: [
        {
          name: "c",
          image: "nginx",
          imagePullPolicy: "Always",
          resources: {},
          terminationMessagePath: "/dev/termination-log",
          terminationMessagePolicy: "File",
        },
      ],
      dnsPolicy: "ClusterFirst",
      enableServiceLinks: true,
      restartPolicy: "Always",
      schedulerName: "default-scheduler",
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    });
    expect(pod["status"]).toEqual({ phase: "Pending", qosClass: "BestEffort" });
  });

  it("give a deployment its strategy and limits", async () => {
    const template = {
      metadata: { labels: { a: "b" } },
      spec: { containers: [{ name: "c", image: "nginx:1" }] },
    };
    const deployment = await create("deployments", "Deployment", {
      spec: { selector: { matchLabels: { a: "b" } }, template },
    });
    expect(deployment["spec"]).toMatchObject({
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      template: { spec: { containers: [{ imagePullPolicy: "IfNotPresent" }] } },
    });
  });

  it("give a service an address nobody else has, and keep it", async () => {
    const spec = { ports: [{ port: 80 }] };
    const first = await create("services", "Service", { spec }, "a");
    const second = await create("services", "Service", { spec }, "b");
    expect(address(first)).not.toBe(address(second));
    const ref = { group: "", version: "v1", resource: "services" };
    const updated = await api.update(ref, { ...first, spec: { ports: [{ port: 81 }] } }, { user });
    expect(address(updated)).toBe(address(first));
    expect(updated["spec"]).toMatchObject({
      ports: [{ port: 81, targetPort: 81, protocol: "TCP" }],
      type: "ClusterIP",
    });
  });

  it("encode the plain strings of a secret and check its type", async () => {
    const secret = await create("secrets", "Secret", { stringData: { a: "b" } });
    expect(secret).toMatchObject({ type: "Opaque", data: { a: "Yg==" } });
    expect(secret).not.toHaveProperty("stringData");
    await expect(create("secrets", "Secret", { type: "kubernetes.io/tls" }, "t")).rejects.toThrow(
      'Secret "t" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]',
    );
  });

  it("label a namespace with its name and hold it by a finalizer", async () => {
    const namespace = await create("namespaces", "Namespace", {}, "lab");
    expect(namespace).toMatchObject({
      metadata: { labels: { "kubernetes.io/metadata.name": "lab" } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    });
  });

  it("hold a finalizer's name to a domain, or to those of Kubernetes itself", async () => {
    const metadata = { name: "x", finalizers: ["keep.example.com"] };
    await expect(create("configmaps", "ConfigMap", { metadata })).rejects.toMatchObject({
      message:
        'ConfigMap "x" is invalid: metadata.finalizers[0]: Invalid value: "keep.example.com": name is neither a standard finalizer name nor is it fully qualified',
      code: 422,
    });
    const finalizers = ["example.com/keep", "orphan"];
    const kept = await create("configmaps", "ConfigMap", { metadata: { ...metadata, finalizers } });
    expect(kept.metadata.finalizers).toEqual(finalizers);
  });

  it("do not count a change that changes nothing", async () => {
    const map = await create("configmaps", "ConfigMap", { data: { a: "b" } });
    const ref = { group: "", version: "v1", resource: "configmaps" };
    const same = await api.update(ref, map, { user });
    expect(same.metadata.resourceVersion).toBe(map.metadata.resourceVersion);
  });

  it("refuse a change made to an older version", async () => {
    const map = await create("configmaps", "ConfigMap", { data: { a: "b" } });
    const ref = { group: "", version: "v1", resource: "configmaps" };
    await api.update(ref, { ...map, data: { a: "c" } }, { user });
    await expect(api.update(ref, { ...map, data: { a: "d" } }, { user })).rejects.toMatchObject({
      message:
        'Operation cannot be fulfilled on configmaps "x": the object has been modified; please apply your changes to the latest version and try again',
      code: 409,
    });
  });

  it("let a pod go in its own time, and at once by force", async () => {
    const spec = { nodeName: "n", containers: [{ name: "c", image: "nginx" }] };
    await create("pods", "Pod", { spec });
    const ref = { group: "", version: "v1", resource: "pods" };
    const at = { namespace: "lab", name: "x" };
    const dry = await api.delete(ref, at, { user, dryRun: true });
    expect(dry.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(api.get(ref, at).metadata.deletionTimestamp).toBeUndefined();
    await api.delete(ref, at, { user });
    expect(api.get(ref, at).metadata.deletionGracePeriodSeconds).toBe(30);
    await api.delete(ref, at, { user, gracePeriodSeconds: 0 });
    expect(api.find(ref, at)).toBeUndefined();
  });
});
