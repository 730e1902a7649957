import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import { findCondition } from "./conditions.js";
import type { Namespace } from "./object-kinds.js";
import { configMaps, namespaces, pods, serviceAccounts } from "./resource-refs.js";

describe("a namespace", () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await startTestCluster({ rootCertificates: "certificates" });
    await cluster.createNamespace("lab");
  });
  afterEach(() => cluster.stop());

  it("gets its service account and root certificates, and gets them back", async () => {
    const at = { namespace: "lab", name: "kube-root-ca.crt" };
    const map = await cluster.until("certificates", () => cluster.api.find(configMaps, at));
    expect(map["data"]).toEqual({ "ca.crt": "certificates" });
    const account = { namespace: "lab", name: "default" };
    const { uid } = cluster.api.get(serviceAccounts, account).metadata;
    await cluster.api.delete(serviceAccounts, account, { user: cluster.admin });
    await cluster.until("a new account", () => {
      const found = cluster.api.find(serviceAccounts, account);
      return found !== undefined && found.metadata.uid !== uid;
    });
  });

  it("goes with everything in it", async () => {
    await cluster.apply(web());
    await cluster.until("a running pod", () =>
      cluster.api.list(pods, { namespace: "lab" }).some((pod) => (pod["status"] as { podIP?: string }).podIP),
    );
    await remove();
    await cluster.until("no namespace", () => cluster.api.find(namespaces, { name: "lab" }) === undefined);
    expect(cluster.api.list(pods, { namespace: "lab" })).toEqual([]);
    expect(cluster.api.list(configMaps, { namespace: "lab" })).toEqual([]);
    expect(cluster.api.list(serviceAccounts, { namespace: "lab" })).toEqual([]);
  });

  it("says which finalizers hold it and goes when they are removed", async () => {
    const metadata = { name: "held", namespace: "lab", finalizers: ["example.com/hold"] };
    await cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata });
    await remove();
    const held = await cluster.until("finalizers condition", () => {
      const namespace = cluster.api.find(namespaces, { name: "lab" }) as Namespace;
      const condition = findCondition(namespace.status?.conditions, "NamespaceFinalizersRemaining");
      return condition?.status === "True" && namespace;
    });
    expect(findCondition(held.status?.conditions, "NamespaceFinalizersRemaining")?.message).toBe(
      "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
    );
    expect(held.status?.phase).toBe("Terminating");
    const at = { namespace: "lab", name: "held" };
    const patch = { type: "merge" as const, body: { metadata: { finalizers: null } } };
    await cluster.api.patch(configMaps, at, patch, { user: cluster.admin });
    await cluster.until("no namespace", () => cluster.api.find(namespaces, { name: "lab" }) === undefined);
  });

  function remove(): Promise<unknown> {
    return cluster.api.delete(namespaces, { name: "lab" }, { user: cluster.admin });
  }
});

function web(): object {
  const labels = { app: "web" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "lab" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "nginx" }] } },
    },
  };
}
