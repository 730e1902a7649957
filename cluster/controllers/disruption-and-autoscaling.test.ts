import { afterEach, beforeEach, describe, expect, it } from "vitest";
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
