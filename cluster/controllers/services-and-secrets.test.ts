import { afterEach, beforeEach, expect, it } from "vitest";
import type { ApiObject, ResourceRef } from "../api/object.js";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import type { Pod } from "./object-kinds.js";
import { pods, replicationControllers, secrets, serviceAccounts, services } from "./resource-refs.js";

const namespace = "lab";

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  await cluster.createNamespace(namespace);
});
afterEach(() => cluster.stop());

it("a ReplicationController selects what its template makes, and keeps as many pods as it asks for", async () => {
  const template = {
    metadata: { labels: { app: "rc" } },
    spec: { containers: [{ name: "main", image: "nginx:1" }] },
  };
  await create("ReplicationController", "rc", { spec: { replicas: 2, template } });
  const rc = await cluster.until("two ready", () => {
    const found = get(replicationControllers, "rc");
    return (found["status"] as { readyReplicas?: number }).readyReplicas === 2 && found;
  });
  expect(rc).toMatchObject({ metadata: { labels: { app: "rc" } }, spec: { selector: { app: "rc" } } });
  const [first] = cluster.api.list(pods, { namespace }) as Pod[];
  expect(first?.metadata.ownerReferences?.[0]).toMatchObject({ kind: "ReplicationController", name: "rc" });
  const body = { spec: { replicas: 0 } };
  const at = { namespace, name: "rc" };
  await cluster.api.patch(replicationControllers, at, { type: "merge", body }, { user: cluster.admin });
  await cluster.until("no pods", () => cluster.api.list(pods, { namespace }).length === 0);
});

it("a Secret of a service account is given a token that ends with it", async () => {
  await tokenSecret("token", "default");
  const secret = await cluster.until("its token", () => {
    const found = get(secrets, "token");
    return (found["data"] as Record<string, string> | undefined)?.["token"] !== undefined && found;
  });
  const data = secret["data"] as Record<string, string>;
  expect(Object.keys(data).toSorted((a, b) => a.localeCompare(b))).toEqual(["ca.crt", "namespace", "token"]);
  expect(Buffer.from(data["namespace"] ?? "", "base64").toString()).toBe(namespace);
  const token = Buffer.from(data["token"] ?? "", "base64").toString();
  expect(await cluster.access.authenticator.authenticate(token)).toMatchObject({
    name: "system:serviceaccount:lab:default",
  });
  await cluster.api.delete(secrets, { namespace, name: "token" }, { user: cluster.admin });
  expect(await cluster.access.authenticator.authenticate(token)).toBeUndefined();
});

it("a Secret of a service account goes with the account", async () => {
  await create("ServiceAccount", "robot", {});
  await tokenSecret("token", "robot");
  await cluster.api.delete(serviceAccounts, { namespace, name: "robot" }, { user: cluster.admin });
  await cluster.until("it gone", () => cluster.api.find(secrets, { namespace, name: "token" }) === undefined);
});

it("a LoadBalancer has an address at which nothing answers, as its event says", async () => {
  const service = await create("Service", "web", { spec: { type: "LoadBalancer", ports: [{ port: 80 }] } });
  const status = await cluster.until("its address", () => {
    const { loadBalancer } = get(services, "web")["status"] as { loadBalancer: { ingress?: object[] } };
    return loadBalancer.ingress;
  });
  expect(status).toEqual([{ ip: "203.0.113.1", ipMode: "VIP" }]);
  const text =
    "EnsuredLoadBalancer: Ensured load balancer (simulated by Lectern: nothing answers at 203.0.113.1)";
  await cluster.until("its event", () => cluster.eventsOf(service).includes(text));
  const body = { spec: { type: "ClusterIP" } };
  await cluster.api.patch(
    services,
    { namespace, name: "web" },
    { type: "merge", body },
    { user: cluster.admin },
  );
  await cluster.until("no address", () => {
    const { loadBalancer } = get(services, "web")["status"] as { loadBalancer: { ingress?: object[] } };
    return loadBalancer.ingress === undefined;
  });
});

it("the API is a service of the namespace default", () => {
  const service = cluster.api.get(services, { namespace: "default", name: "kubernetes" });
  expect(service["spec"]).toMatchObject({ clusterIP: "10.96.0.1", ports: [{ name: "https", port: 443 }] });
});

function get(ref: ResourceRef, name: string): ApiObject {
  return cluster.api.get(ref, { namespace, name });
}

function create(kind: string, name: string, rest: object): Promise<ApiObject> {
  return cluster.apply({ apiVersion: "v1", kind, metadata: { name, namespace }, ...rest });
}

async function tokenSecret(name: string, account: string): Promise<void> {
  const annotations = { "kubernetes.io/service-account.name": account };
  await cluster.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, annotations },
    type: "kubernetes.io/service-account-token",
  });
}
