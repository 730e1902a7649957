import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiObject, OwnerReference } from "../api/object.js";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import { configMaps, namespaces, services } from "./resource-refs.js";

const namespace = "lab";

describe("garbage collection", () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await startTestCluster();
    await cluster.createNamespace(namespace);
  });
  afterEach(() => cluster.stop());

  it("takes what a deleted object owned, and what that owned", async () => {
    const owner = await map("owner");
    const child = await map("child", [reference(owner)]);
    await map("grandchild", [reference(child)]);
    await map("bystander");
    await remove("owner");
    await cluster.until("only the bystander", () => names().join() === "bystander");
  });

  it("goes by uid: a new object of the old name owns nothing", async () => {
    const owner = await map("owner");
    await map("child", [{ ...reference(owner), uid: "00000000-0000-0000-0000-000000000000" }]);
    await cluster.until("the child gone", () => names().join() === "owner");
  });

  it("keeps an object as long as one owner is left, and drops the reference to the other", async () => {
    const first = await map("first");
    const second = await map("second");
    await map("child", [reference(first), reference(second)]);
    await remove("first");
    const child = await cluster.until("one owner", () => {
      const found = find("child");
      return found?.metadata.ownerReferences?.length === 1 && found;
    });
    expect(child.metadata.ownerReferences?.[0]?.name).toBe("second");
  });

  it("lets a cluster-scoped object own namespaced ones", async () => {
    await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "owning" } });
    const owner = cluster.api.get(namespaces, { name: "owning" });
    await map("child", [reference(owner)]);
    await cluster.api.delete(namespaces, { name: "owning" }, { user: cluster.admin });
    await cluster.until("the child gone", () => find("child") === undefined);
  });

  it("lets nobody hold up a deletion in another namespace by naming its owner", async () => {
    const owner = await map("owner");
    await cluster.createNamespace("elsewhere");
    const blocking = { ...reference(owner), blockOwnerDeletion: true };
    const metadata = {
      name: "squatter",
      namespace: "elsewhere",
      ownerReferences: [blocking],
      finalizers: ["example.com/hold"],
    };
    await cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata });
    await remove("owner", "Foreground");
    await cluster.until("the owner gone", () => find("owner") === undefined);
  });

  it("in the foreground deletes the owner after what blocks it", async () => {
    const owner = await map("owner");
    await map("child", [{ ...reference(owner), blockOwnerDeletion: true }], ["example.com/hold"]);
    await remove("owner", "Foreground");
    await cluster.until("the child marked", () => find("child")?.metadata.deletionTimestamp !== undefined);
    expect(find("owner")?.metadata.finalizers).toEqual(["foregroundDeletion"]);
    await clearFinalizers("child");
    await cluster.until("both gone", () => names().length === 0);
  });

  it("orphans what the deletion says to orphan", async () => {
    const owner = await map("owner");
    await map("child", [reference(owner)]);
    await remove("owner", "Orphan");
    await cluster.until("the owner gone", () => find("owner") === undefined);
    expect(find("child")?.metadata.ownerReferences).toBeUndefined();
  });

  it("lets custom resources own native ones, soon after their definition", async () => {
    await cluster.apply(widgetDefinition);
    const widgets = { group: "example.com", version: "v1", resource: "widgets" };
    const widget = { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } };
    await cluster.until("widgets served", () => isServed(() => cluster.api.list(widgets)));
    const owner = await cluster.api.create(widgets, namespace, widget, { user: cluster.admin });
    await map("child", [reference(owner)]);
    await cluster.api.delete(widgets, { namespace, name: "w" }, { user: cluster.admin });
    await cluster.until("the child gone", () => find("child") === undefined);
  });

  it("looks for a namespaced owner only beside the object, where there is none", async () => {
    const owner = await map("owner");
    await cluster.createNamespace("other");
    const manifest = { apiVersion: "v1", kind: "Service", spec: { ports: [{ port: 80 }] } };
    const metadata = { name: "child", namespace: "other", ownerReferences: [reference(owner)] };
    await cluster.apply({ ...manifest, metadata });
    await cluster.until(
      "the child gone",
      () => cluster.api.find(services, { namespace: "other", name: "child" }) === undefined,
    );
    expect(find("owner")).toBeDefined();
  });

  function map(
    name: string,
    ownerReferences: OwnerReference[] = [],
    finalizers: string[] = [],
  ): Promise<ApiObject> {
    const metadata = { name, namespace, ownerReferences, finalizers };
    return cluster.apply({ apiVersion: "v1", kind: "ConfigMap", metadata });
  }

  function find(name: string): ApiObject | undefined {
    return cluster.api.find(configMaps, { namespace, name });
  }

  function names(): string[] {
    const all = cluster.api.list(configMaps, { namespace }).map((object) => object.metadata.name ?? "");
    return all.filter((name) => name !== "kube-root-ca.crt");
  }

  async function remove(
    name: string,
    propagationPolicy: "Background" | "Foreground" | "Orphan" = "Background",
  ): Promise<void> {
    await cluster.api.delete(configMaps, { namespace, name }, { user: cluster.admin, propagationPolicy });
  }

  async function clearFinalizers(name: string): Promise<void> {
    const patch = { type: "merge" as const, body: { metadata: { finalizers: null } } };
    await cluster.api.patch(configMaps, { namespace, name }, patch, { user: cluster.admin });
  }
});

function isServed(list: () => unknown): boolean {
  try {
    list();
    return true;
  } catch {
    return false;
  }
}

function reference({ apiVersion, kind, metadata }: ApiObject): OwnerReference {
  return { apiVersion, kind, name: metadata.name ?? "", uid: metadata.uid ?? "" };
}

const widgetDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
  },
};
