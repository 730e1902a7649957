import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { createPodHandlers } from "../rest/pod-handlers.js";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import type { HorizontalPodAutoscaler, Pod } from "./object-kinds.js";
import { deployments, horizontalPodAutoscalers, podDisruptionBudgets, pods } from "./resource-refs.js";

const namespace = "lab";
let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  await cluster.createNamespace(namespace);
  await cluster.apply({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "a", image: "nginx" }] },
      },
    },
  });
  await cluster.until("three ready pods", () => {
    const { readyReplicas } = cluster.api.get(deployments, { namespace, name: "web" })["status"] as {
      readyReplicas?: number;
    };
    return readyReplicas === 3;
  });
});
afterEach(() => cluster.stop());

const budgetStatus = (): Record<string, unknown> =>
  (cluster.api.get(podDisruptionBudgets, { namespace, name: "web" })["status"] ?? {}) as Record<
    string,
    unknown
  >;
const createBudget = async (spec: object): Promise<void> => {
  const selector = { matchLabels: { app: "web" } };
  await cluster.apply({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web", namespace },
    spec: { selector, ...spec },
  });
  await cluster.until("its status", () => budgetStatus()["expectedPods"] === 3);
};
const createNamed = async (name: string, spec: object): Promise<void> => {
  const metadata = { name, namespace };
  await cluster.apply({ apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec });
};
const budgetNamed = (name: string): ApiObject => cluster.api.get(podDisruptionBudgets, { namespace, name });
const statusOfBudget = (name: string): Record<string, unknown> =>
  (budgetNamed(name)["status"] ?? {}) as Record<string, unknown>;
const eventsOfBudget = (name: string): string[] => cluster.eventsOf(budgetNamed(name));
const createPod = async (name: string, labels: object): Promise<void> => {
  const spec = { containers: [{ name: "main", image: "nginx:1" }] };
  await cluster.apply({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels }, spec });
};
const evict = async (name: string): Promise<number> => {
  const { subresources } = createPodHandlers(cluster.api, () => new Date());
  const handler = subresources.find(({ subresource }) => subresource === "eviction");
  const ref = { ...pods, subresource: "eviction" };
  const body = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name } };
  const common = { dryRun: false, query: new URLSearchParams(), warn: () => undefined };
  const signal = new AbortController().signal;
  try {
    await handler?.create({ ...common, user: cluster.admin, ref, namespace, name, body, signal });
    return 201;
  } catch (error) {
    return (error as { code: number }).code;
  }
};

const createAutoscaler = async (spec: object): Promise<void> => {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  await cluster.apply({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web", namespace },
    spec: { scaleTargetRef, ...spec },
  });
};
const readAutoscaler = (): HorizontalPodAutoscaler =>
  cluster.api.get(horizontalPodAutoscalers, { namespace, name: "web" }) as HorizontalPodAutoscaler;
const replicas = (): unknown =>
  (cluster.api.get(deployments, { namespace, name: "web" })["spec"] as { replicas: number }).replicas;

describe("a PodDisruptionBudget", () => {
  it.each([
    [{ minAvailable: 2 }, 2, 1],
    [{ minAvailable: "50%" }, 2, 1],
    [{ maxUnavailable: 2 }, 1, 2],
    [{ maxUnavailable: "34%" }, 1, 2],
    [{ maxUnavailable: 0 }, 3, 0],
  ])("with %j wants %i of three pods and allows %i disruptions", async (spec, desiredHealthy, allowed) => {
    await createBudget(spec);
    expect(budgetStatus()).toMatchObject({ currentHealthy: 3, desiredHealthy, disruptionsAllowed: allowed });
    expect(budgetStatus()["conditions"]).toMatchObject([
      { type: "DisruptionAllowed", status: allowed > 0 ? "True" : "False" },
    ]);
  });

  it("says that it cannot count pods that nobody manages, unless it is told their number", async () => {
    await createPod("naked", { app: "naked" });
    await cluster.until(
      "the pod ready",
      () => (cluster.api.get(pods, { namespace, name: "naked" }) as Pod).status?.phase === "Running",
    );
    const naked = { selector: { matchLabels: { app: "naked" } } };
    for (const [name, spec] of [
      ["share", { maxUnavailable: 1, ...naked }],
      ["number", { minAvailable: 1, ...naked }],
      ["nobody", { minAvailable: 1, selector: { matchLabels: { app: "nobody" } } }],
    ] as const)
      await createNamed(name, spec);
    await cluster.until("its status", () => statusOfBudget("share")["currentHealthy"] === 1);
    expect(statusOfBudget("share")).toMatchObject({
      expectedPods: 0,
      disruptionsAllowed: 0,
      desiredHealthy: 0,
    });
    const told = await cluster.until(
      "its event",
      () => eventsOfBudget("share").length > 0 && eventsOfBudget("share"),
    );
    expect(told).toEqual([
      expect.stringMatching(
        /^UnmanagedPods: Pods selected by this PodDisruptionBudget \(selector: &LabelSelector\{MatchLabels:map\[string\]string\{app: naked,\},MatchExpressions:\[\]LabelSelectorRequirement\{\},\}\) were found to be unmanaged\./,
      ),
    ]);
    await cluster.until("the other's status", () => statusOfBudget("number")["expectedPods"] === 1);
    expect(eventsOfBudget("number")).toEqual([]);
    await cluster.until("the event", () => eventsOfBudget("nobody").length > 0);
    expect(eventsOfBudget("nobody")).toEqual(["NoPods: No matching pods found"]);
  });

  it("allows nothing where the pods' owner does not say how many they are to be", async () => {
    const labels = { app: "daemon" };
    await cluster.apply({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { name: "daemon", namespace },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "main", image: "nginx:1" }] } },
      },
    });
    await cluster.until("its pod", () =>
      cluster.api.list(pods, { namespace }).some(({ metadata }) => metadata.labels?.["app"] === "daemon"),
    );
    await createNamed("daemon", { maxUnavailable: 1, selector: { matchLabels: labels } });
    const why = "daemonsets.apps does not implement the scale subresource";
    await cluster.until("its event", () => eventsOfBudget("daemon").length > 0);
    expect(eventsOfBudget("daemon")).toEqual([
      `CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: ${why}`,
    ]);
    expect(statusOfBudget("daemon")).toMatchObject({
      disruptionsAllowed: 0,
      conditions: [{ type: "DisruptionAllowed", status: "False", reason: "SyncFailed", message: why }],
    });
  });

  it("lets no more pods be evicted at once than it allows", async () => {
    await createBudget({ minAvailable: 2 });
    const names = (cluster.api.list(pods, { namespace }) as Pod[]).map(({ metadata }) => metadata.name ?? "");
    const codes = await Promise.all(names.map(evict));
    expect(codes.toSorted((a, b) => a - b)).toEqual([201, 429, 429]);
  });
});

describe("a HorizontalPodAutoscaler", () => {
  it("says that there is nothing to measure, and leaves its target alone", async () => {
    await createAutoscaler({ minReplicas: 1, maxReplicas: 5 });
    await cluster.until("its conditions", () => readAutoscaler().status?.conditions?.length === 2);
    expect(
      readAutoscaler().status?.conditions?.map(({ type, status, reason }) => [type, status, reason]),
    ).toEqual([
      ["AbleToScale", "True", "SucceededGetScale"],
      ["ScalingActive", "False", "FailedGetResourceMetric"],
    ]);
    expect(replicas()).toBe(3);
  });

  it.each([
    [{ minReplicas: 1, maxReplicas: 2 }, 2],
    [{ minReplicas: 4, maxReplicas: 5 }, 4],
  ])("keeps its target within %j", async (bounds, wanted) => {
    await createAutoscaler(bounds);
    await cluster.until("the new size", () => replicas() === wanted);
  });
});
