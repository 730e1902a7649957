import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import { findCondition } from "./conditions.js";
import type { Pod, ReplicaSet } from "./object-kinds.js";
import { controllerOf } from "./owner-references.js";
import { pods, replicaSets, resourceQuotas } from "./resource-refs.js";

const namespace = "lab";
const at = { namespace, name: "web" };

describe("a ReplicaSet", () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await startTestCluster();
    await cluster.createNamespace(namespace);
  });
  afterEach(() => cluster.stop());

  it("reports a refused pod as a real one does, and as few events", async () => {
    await cluster.apply(quota({ "requests.cpu": "1" }));
    await cluster.apply(web(3));
    const { status } = await cluster.until("failure", () => failed());
    const condition = findCondition(status?.conditions, "ReplicaFailure");
    expect(condition).toMatchObject({ status: "True", reason: "FailedCreate" });
    expect(condition?.message).toMatch(
      /^pods "web-[a-z0-9]{5}" is forbidden: failed quota: q: must specify requests.cpu for: main$/,
    );
    await cluster.until("combined event", () =>
      cluster.eventsOf(get()).some((text) => text.includes("combined")),
    );
    const texts = cluster.eventsOf(get());
    expect(texts.length).toBeLessThanOrEqual(10);
    expect(texts[0]).toMatch(
      /^FailedCreate: Error creating: pods "web-[a-z0-9]{5}" is forbidden: failed quota/,
    );
    expect(texts.find((text) => text.includes("combined"))).toMatch(
      /^FailedCreate: \(combined from similar events\): Error creating: pods "web-[a-z0-9]{5}" is forbidden/,
    );
  });

  it("waits longer after each refusal, but not once it is touched", async () => {
    await cluster.apply(quota({ pods: "0" }));
    const since = Date.now();
    await cluster.apply(web(1));
    await cluster.until("combined event", () =>
      cluster.eventsOf(get()).some((text) => text.includes("combined")),
    );
    // Each wait is as long as all before it together.
    const nextWait = Date.now() - since;
    await cluster.api.delete(resourceQuotas, { namespace, name: "q" }, { user: cluster.admin });
    const body = { metadata: { annotations: { nudged: "now" } } };
    const before = Date.now();
    await cluster.api.patch(replicaSets, at, { type: "merge", body }, { user: cluster.admin });
    await cluster.until("a pod", () => owned().length === 1);
    expect(Date.now() - before).toBeLessThan(nextWait / 2);
    await cluster.until("no failure", () => failed() === undefined);
  });

  it("tries one pod, then two, then four", async () => {
    await cluster.apply(quota({ pods: "2" }));
    await cluster.apply(web(10));
    await cluster.until("failure", () => failed());
    expect(owned()).toHaveLength(2);
  });

  it("adopts orphans that match and releases pods that no longer do", async () => {
    await cluster.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "stray", namespace, labels: { app: "web" } },
      spec: { containers: [{ name: "main", image: "nginx" }] },
    });
    await cluster.apply(web(1));
    await cluster.until("adoption", () => owned().some(({ metadata }) => metadata.name === "stray"));
    expect(owned()).toHaveLength(1);
    const body = { metadata: { labels: { app: "other" } } };
    await cluster.api.patch(
      pods,
      { namespace, name: "stray" },
      { type: "merge", body },
      { user: cluster.admin },
    );
    await cluster.until("a pod of its own", () => owned().some(({ metadata }) => metadata.name !== "stray"));
    expect(controllerOf(cluster.api.get(pods, { namespace, name: "stray" }))).toBeUndefined();
  });

  it("replaces a pod that is deleted, and counts it as terminating while it ends", async () => {
    await cluster.apply(web(1));
    const [first] = await cluster.until("a ready pod", () => get().status?.readyReplicas === 1 && owned());
    const name = first?.metadata.name ?? "";
    let terminating = 0;
    const stop = cluster.api.watch(replicaSets, ({ object }) => {
      terminating = Math.max(terminating, (object as ReplicaSet).status?.terminatingReplicas ?? 0);
    });
    await cluster.api.delete(pods, { namespace, name }, { user: cluster.admin });
    await cluster.until("another pod", () => owned().some((pod) => pod.metadata.name !== name));
    await cluster.until("the first gone", () => cluster.api.find(pods, { namespace, name }) === undefined);
    stop();
    expect(terminating).toBe(1);
  });

  function get(): ReplicaSet {
    return cluster.api.get(replicaSets, at) as ReplicaSet;
  }

  function failed(): ReplicaSet | undefined {
    return findCondition(get().status?.conditions, "ReplicaFailure") && get();
  }

  function owned(): Pod[] {
    const all = cluster.api.list(pods, { namespace }) as Pod[];
    return all.filter((pod) => controllerOf(pod)?.uid === get().metadata.uid);
  }
});

function quota(hard: Record<string, string>): object {
  return { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q", namespace }, spec: { hard } };
}

function web(replicas: number): object {
  const labels = { app: "web" };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "web", namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "nginx" }] } },
    },
  };
}
