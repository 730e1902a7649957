import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { readKubeconfig } from "../../server/supervisor/preflight.js";
import { createKubernetesViews, type KubernetesViews } from "../../server/workshop/kubernetes-views.js";
import type { EventRow, ObjectRow, ViewStanding } from "../../workshop/common/kubernetes-view.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { objectYaml } from "../../workshop/node/kubernetes-view/object-yaml.js";
import { type ClusterGate, startClusterGate } from "../resilience/cluster-gate.js";

const CLUSTER_ROLES = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
/** Fewer than are watched in every namespace. */
const KINDS = 16;
let folder: string;
let cluster: ViewedCluster;
let gate: ClusterGate;
/** Goes straight to the cluster; the views go through the gate. */
let admin: KubernetesClient;
let platform: KubernetesClient;
let views: KubernetesViews;

/** A cluster that the suite looks at. */
export interface ViewedCluster {
  /** Path of an administrator's kubeconfig. */
  kubeconfigPath: string;
  close(): Promise<unknown>;
}

/** What the tab Kubernetes tells of a session's namespace, claimed of any cluster. */
export function describeKubernetesView(
  title: string,
  start: (folder: string) => Promise<ViewedCluster>,
): void {
  describe(title, () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "lectern-kubernetes-view-"));
      cluster = await start(folder);
      gate = await startClusterGate(cluster.kubeconfigPath, join(folder, "gate.yaml"));
      admin = new KubernetesClient(await readKubeconfig(cluster.kubeconfigPath));
      platform = new KubernetesClient(await readKubeconfig(gate.kubeconfig));
      views = createKubernetesViews({ client: platform, settings: {} });
    });
    afterAll(async () => {
      views?.close();
      platform?.close();
      admin?.close();
      await gate?.close();
      await cluster?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    objects();
    lookers();
    laterKinds();
    secrets();
  });
}

/** A namespace whose learner has that role in it. */
async function session(name: string, role = "admin"): Promise<SessionResource> {
  const learner = { kind: "ServiceAccount", name: "learner", namespace: name };
  await admin.create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  await admin.create(`/api/v1/namespaces/${name}/serviceaccounts`, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "learner" },
  });
  await admin.create(`/apis/rbac.authorization.k8s.io/v1/namespaces/${name}/rolebindings`, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "learner" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [learner],
  });
  return { metadata: { name }, spec: { namespace: name } } as SessionResource;
}

/** What one who looks has been told so far. */
class Looker {
  readonly rows = new Map<string, ObjectRow>();
  readonly events = new Map<string, EventRow>();
  standing: ViewStanding | undefined;
  isBehind = false;
  told = 0;
  readonly stop: () => void;

  constructor(of: SessionResource) {
    this.stop = views.follow(of, {
      isBehind: () => this.isBehind,
      tell: (event) => {
        this.told += 1;
        if (event.type === "standing") return void (this.standing = event);
        for (const uid of event.gone) {
          this.rows.delete(uid);
          this.events.delete(uid);
        }
        for (const row of event.rows) this.rows.set(row.uid, row);
        for (const row of event.events) this.events.set(row.uid, row);
      },
    });
  }

  lines(kind: string): string[] {
    const found = [...this.rows.values()].filter((row) => row.kind === kind);
    return found.map(({ name, status }) => `${name}: ${status}`).toSorted();
  }

  async whole(): Promise<this> {
    await expect.poll(() => this.standing?.isComplete).toBe(true);
    return this;
  }
}

function deployment(name: string, replicas: number) {
  const labels = { app: name };
  const spec = { containers: [{ name: "app", image: "nginx:1.27" }] };
  const template = { metadata: { labels }, spec };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { replicas, selector: { matchLabels: labels }, template },
  };
}

function objects(): void {
  it("objects are told with their owners, states and events, by the learner's own rights", async () => {
    const shop = await session("shop");
    await admin.create("/apis/apps/v1/namespaces/shop/deployments", deployment("web", 2));
    const looker = await new Looker(shop).whole();
    await expect.poll(() => looker.lines("Deployment")).toEqual(["web: 2/2 ready"]);
    const byKind = (kind: string) => [...looker.rows.values()].filter((row) => row.kind === kind);
    await expect.poll(() => byKind("ReplicaSet")).toHaveLength(1);
    const [web] = byKind("Deployment");
    const [set] = byKind("ReplicaSet");
    await expect.poll(() => byKind("Pod").map(({ owner }) => owner)).toEqual([set?.uid, set?.uid]);
    expect(set?.owner).toBe(web?.uid);
    await expect
      .poll(() => [...looker.events.values()].filter(({ about }) => about.uid === web?.uid).length)
      .toBeGreaterThan(0);
    await admin.remove("/apis/apps/v1/namespaces/shop/deployments/web");
    await expect.poll(() => looker.lines("Deployment")).toEqual([]);
    looker.stop();
  });

  it("objects are not those that its account may not list, which are named", async () => {
    await admin.create(CLUSTER_ROLES, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "maps-only" },
      rules: [{ apiGroups: [""], resources: ["configmaps", "events"], verbs: ["get", "list", "watch"] }],
    });
    const looker = await new Looker(await session("narrow", "maps-only")).whole();
    await expect
      .poll(() => new Set([...looker.rows.values()].map(({ kind }) => kind)))
      .toEqual(new Set(["ConfigMap"]));
    expect(looker.standing?.unread).toEqual(expect.arrayContaining(["pods", "secrets", "deployments"]));
    looker.stop();
  });
}

function lookers(): void {
  it("objects are watched once for all who look, and not any more when nobody does", async () => {
    const busy = await session("busy");
    const idle = gate.callers();
    const first = await new Looker(busy).whole();
    const others = await Promise.all([1, 2, 3].map(() => new Looker(busy).whole()));
    await expect.poll(() => gate.callers()).toBeGreaterThan(idle + KINDS);
    expect(views.watched()).toBe(1);
    // One connection for each kind, and some for calls; each looker's own would be four times that.
    expect(gate.callers()).toBeLessThan(idle + 3 * KINDS);
    expect(others.map((one) => one.rows.size)).toEqual([1, 2, 3].map(() => first.rows.size));
    for (const looker of [first, ...others]) looker.stop();
    expect(views.watched()).toBe(0);
    await expect.poll(() => gate.callers()).toBeLessThan(idle + KINDS);
  });

  it("objects wait for who reads too slowly, and are then told as they are", async () => {
    const looker = await new Looker(await session("slow")).whole();
    looker.isBehind = true;
    const { told } = looker;
    const maps = "/api/v1/namespaces/slow/configmaps";
    for (let at = 0; at < 40; at += 1)
      await admin.create(maps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `m${String(at)}` } });
    for (let at = 0; at < 30; at += 1) await admin.remove(`${maps}/m${String(at)}`);
    expect(looker.told).toBe(told);
    looker.isBehind = false;
    await expect.poll(() => looker.lines("ConfigMap").filter((line) => line.startsWith("m")).length).toBe(10);
    looker.stop();
  });

  it("objects are said to be old while the cluster does not answer, and are up to date once it does", async () => {
    const looker = await new Looker(await session("lost")).whole();
    gate.shut();
    await expect.poll(() => looker.standing?.problem).toBe("The cluster does not answer.");
    const maps = "/api/v1/namespaces/lost/configmaps";
    await admin.create(maps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "meanwhile" } });
    gate.open();
    await expect.poll(() => looker.lines("ConfigMap")).toContain("meanwhile: empty");
    await expect.poll(() => looker.standing?.problem).toBeUndefined();
    looker.stop();
  });
}

function laterKinds(): void {
  it("objects are also of kinds that come later, where the account may read them", async () => {
    const looker = await new Looker(await session("kinds")).whole();
    const names = { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" };
    const schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    await admin.create(CRDS, {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "widgets.example.org" },
      spec: {
        group: "example.org",
        scope: "Namespaced",
        names,
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    });
    await admin.create(CLUSTER_ROLES, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "widgets", labels: { "rbac.authorization.k8s.io/aggregate-to-admin": "true" } },
      rules: [{ apiGroups: ["example.org"], resources: ["widgets"], verbs: ["*"] }],
    });
    const widget = { apiVersion: "example.org/v1", kind: "Widget", metadata: { name: "gear" } };
    await expect
      .poll(() =>
        admin.create("/apis/example.org/v1/namespaces/kinds/widgets", widget).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await expect.poll(() => looker.lines("Widget")).toEqual(["gear: "]);
    expect([...looker.rows.values()].find(({ kind }) => kind === "Widget")?.section).toBe("custom");
    await admin.remove(`${CRDS}/widgets.example.org`);
    await expect.poll(() => looker.lines("Widget")).toEqual([]);
    looker.stop();
  });
}

function secrets(): void {
  it("a Secret tells its keys, and its values to who asks for them", async () => {
    const keeper = await session("keeper");
    const client = await views.clientFor(keeper);
    const applied = JSON.stringify({ stringData: { password: "open-sesame" } });
    await admin.create("/api/v1/namespaces/keeper/secrets", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "login",
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": applied },
      },
      stringData: { password: "open-sesame" },
    });
    const address = { api: "/api/v1", plural: "secrets", namespace: "keeper", name: "login" };
    const hidden = await objectYaml(client, address, { hasValues: false });
    expect(hidden).toContain("password: (11 bytes, hidden)");
    expect(hidden).not.toMatch(/sesame|b3Blbi1zZXNhbWU|managedFields/);
    expect(await objectYaml(client, address, { hasValues: true })).toContain("password: b3Blbi1zZXNhbWU=");
    const looker = await new Looker(keeper).whole();
    expect(JSON.stringify([...looker.rows.values()])).not.toMatch(/sesame|b3Blbi1zZXNhbWU/);
    expect(looker.lines("Secret")).toContain("login: password");
    looker.stop();
  });
}
