import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import { indexOf } from "./job-indexes.js";
import { ManualClock } from "./manual-clock.js";
import type { Job, Pod } from "./object-kinds.js";
import { isActivePod } from "./pod-state.js";
import { jobs, pods, statusOf } from "./resource-refs.js";

const namespace = "lab";
const at = { namespace, name: "task" };

let cluster: TestCluster;
afterEach(() => cluster.stop());

describe("a Job", () => {
  beforeEach(async () => {
    cluster = await startTestCluster();
    await cluster.createNamespace(namespace);
  });

  it("does not end while no process and no rule ends its pod", async () => {
    await apply();
    const [pod] = await runningPods(1);
    expect(pod?.status?.message).toBe("simulated by Lectern: no process runs");
    expect(pod?.status?.containerStatuses?.[0]?.state).toHaveProperty("running");
    await cluster.until("it to count", () => job().status?.ready === 1);
    expect(job().status).toMatchObject({ active: 1 });
    expect(job().status).not.toHaveProperty("conditions");
    const told = `Simulated: pod "${pod?.metadata.name ?? ""}" is simulated by Lectern: no process runs, so it does not end by itself, nor does what waits for its end`;
    await cluster.until("its event", () => cluster.eventsOf(job()).includes(told));
  });

  it("is complete when its pods have succeeded, and says so", async () => {
    await apply({ completions: 2, parallelism: 2 });
    await endAll(2, 0);
    await finished();
    expect(job().status).toMatchObject({
      succeeded: 2,
      ready: 0,
      terminating: 0,
      uncountedTerminatedPods: {},
    });
    expect(reasons()).toEqual(["SuccessCriteriaMet CompletionsReached", "Complete CompletionsReached"]);
    expect(job().status?.completionTime).toBeDefined();
    await cluster.until("its event", () => cluster.eventsOf(job()).includes("Completed: Job completed"));
  });

  it("keeps its count when the pods that ended are deleted", async () => {
    await apply({ completions: 2 });
    await endAll(1, 0);
    await cluster.until("one counted", () => job().status?.succeeded === 1);
    const [ended] = podsOfJob().filter(({ status }) => status?.phase === "Succeeded");
    await cluster.until("it let go", () => findPod(ended)?.metadata.finalizers === undefined);
    await remove(ended);
    await cluster.until("it gone", () => findPod(ended) === undefined);
    await endAll(1, 0);
    await finished();
    expect(job().status?.succeeded).toBe(2);
  });

  it("fails when more pods failed than its backoffLimit allows", async () => {
    await apply({ backoffLimit: 0 });
    await endAll(1, 1);
    await finished();
    expect(reasons()).toEqual(["FailureTarget BackoffLimitExceeded", "Failed BackoffLimitExceeded"]);
    expect(job().status).toMatchObject({ failed: 1, ready: 0 });
    const event = "BackoffLimitExceeded: Job has reached the specified backoff limit";
    await cluster.until("its event", () => cluster.eventsOf(job()).includes(event));
  });

  it("fails at its deadline, and its pods are deleted", async () => {
    await apply({ activeDeadlineSeconds: 1 });
    await finished();
    expect(reasons()).toEqual(["FailureTarget DeadlineExceeded", "Failed DeadlineExceeded"]);
    await cluster.until("no pods", () => podsOfJob().length === 0);
    expect(job().status?.failed).toBe(1);
    await cluster.until("its events", () => {
      const events = cluster.eventsOf(job());
      return (
        events.includes("DeadlineExceeded: Job was active longer than specified deadline") &&
        events.some((text) => text.startsWith("SuccessfulDelete: Deleted pod: task-"))
      );
    });
  });

  it("fails at once by its podFailurePolicy, with the rule that said so", async () => {
    const onExitCodes = { containerName: "main", operator: "In", values: [42] };
    await apply({ podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes }] } });
    const [pod] = await endAll(1, 42);
    await finished();
    expect(job().status?.conditions?.at(-1)).toMatchObject({
      type: "Failed",
      reason: "PodFailurePolicy",
      message: `Container main for pod lab/${pod?.metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
    });
  });

  it("does not count failures that its podFailurePolicy ignores", async () => {
    const onExitCodes = { operator: "In", values: [3] };
    await apply({ backoffLimit: 0, podFailurePolicy: { rules: [{ action: "Ignore", onExitCodes }] } });
    const [first] = await endAll(1, 3);
    await cluster.until("another pod", () =>
      podsOfJob().some(({ metadata }) => metadata.uid !== first?.metadata.uid),
    );
    expect(job().status).not.toHaveProperty("failed");
    expect(job().status).not.toHaveProperty("conditions");
  });

  it("gives each index a pod of its own and lists those that are done", async () => {
    await apply({ completions: 4, parallelism: 4, completionMode: "Indexed" });
    const all = await runningPods(4);
    expect(all.map(({ metadata }) => metadata.name?.slice(0, 7) ?? "").toSorted()).toEqual([
      "task-0-",
      "task-1-",
      "task-2-",
      "task-3-",
    ]);
    for (const pod of all.filter(({ metadata }) => !metadata.name?.startsWith("task-1-")))
      await cluster.endPod(pod, 0);
    await cluster.until("three indexes", () => job().status?.completedIndexes === "0,2,3");
    for (const pod of podsOfJob().filter(({ status }) => status?.phase === "Running"))
      await cluster.endPod(pod, 0);
    await finished();
    expect(job().status?.completedIndexes).toBe("0-3");
  });

  it("of an index goes on with the others, and fails by those that failed", async () => {
    await apply({ ...indexed(3), backoffLimitPerIndex: 0 });
    expect(job().spec.backoffLimit).toBe(2_147_483_647);
    const all = await runningPods(3);
    expect(all[0]?.metadata.annotations?.["batch.kubernetes.io/job-index-failure-count"]).toBe("0");
    await endIndex(1, 3);
    await cluster.until("it failed", () => job().status?.failedIndexes === "1");
    expect(job().status).toMatchObject({ active: 2 });
    for (const index of [0, 2]) await endIndex(index, 0);
    await finished();
    expect(job().status).toMatchObject({ succeeded: 2, failed: 1, completedIndexes: "0,2" });
    expect(reasons()).toEqual(["FailureTarget FailedIndexes", "Failed FailedIndexes"]);
    await cluster.until("its event", () =>
      cluster.eventsOf(job()).includes("FailedIndexes: Job has failed indexes"),
    );
  });

  it("fails when more indexes failed than it allows, and ends the others", async () => {
    await apply({ ...indexed(3), backoffLimitPerIndex: 0, maxFailedIndexes: 0 });
    await runningPods(3);
    await endIndex(2, 1);
    await finished();
    expect(job().status).toMatchObject({ failed: 3, failedIndexes: "2" });
    expect(job().status?.conditions?.at(-1)).toMatchObject({
      reason: "MaxFailedIndexesExceeded",
      message: "Job has exceeded the specified maximal number of failed indexes",
    });
  });

  it("gives up an index at once by its podFailurePolicy", async () => {
    const onExitCodes = { operator: "In", values: [3] };
    await apply({
      ...indexed(2),
      backoffLimitPerIndex: 5,
      podFailurePolicy: { rules: [{ action: "FailIndex", onExitCodes }] },
    });
    await runningPods(2);
    await endIndex(0, 3);
    await cluster.until("it failed", () => job().status?.failedIndexes === "0");
    await endIndex(1, 0);
    await finished();
    expect(reasons()).toContain("Failed FailedIndexes");
  });

  it.each([
    [{ succeededIndexes: "1" }],
    [{ succeededCount: 1 }],
    [{ succeededIndexes: "0-1", succeededCount: 1 }],
  ])("succeeds by its successPolicy %j, and ends the rest without counting it", async (rule) => {
    await apply({ ...indexed(3), successPolicy: { rules: [{ succeededIndexes: "2" }, rule] } });
    await runningPods(3);
    await endIndex(1, 0);
    await finished();
    expect(reasons()).toEqual(["SuccessCriteriaMet SuccessPolicy", "Complete SuccessPolicy"]);
    expect(job().status?.conditions?.at(-1)?.message).toBe("Matched rules at index 1");
    expect(job().status).toMatchObject({ succeeded: 1, completedIndexes: "1" });
    expect(job().status).not.toHaveProperty("failed");
  });

  it("tells init containers their index, and leaves alone who has set it", async () => {
    const [image, own] = ["busybox:1", { name: "JOB_COMPLETION_INDEX", value: "mine" }];
    const containers = [{ name: "main", image, env: [own] }];
    const spec = { restartPolicy: "Never", initContainers: [{ name: "first", image }], containers };
    await apply({ ...indexed(1), template: { spec } });
    const [pod] = await runningPods(1);
    expect(pod?.spec.containers[0]?.["env"]).toEqual([own]);
    expect(pod?.spec.initContainers?.[0]?.["env"]).toMatchObject([{ name: "JOB_COMPLETION_INDEX" }]);
  });

  it("keeps its lowest indexes when it gets fewer", async () => {
    await apply(indexed(12));
    await runningPods(12);
    await patch({ parallelism: 11, completions: 11 });
    const left = await runningPods(11);
    expect(left.map(indexOf).toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([
      ...Array.from({ length: 11 }).keys(),
    ]);
  });

  it("is left to the controller that it names", async () => {
    await apply({ managedBy: "example.com/other" }, "other");
    await apply();
    await runningPods(1);
    const other = cluster.api.get(jobs, { namespace, name: "other" }) as Job;
    expect(other.status ?? {}).toEqual({});
    expect(cluster.api.list(pods, { namespace })).toHaveLength(1);
  });

  it.each([
    [0, 1],
    [1, 1],
    [2, 2],
  ])("that restarts its containers and allows %i fails at restart %i", async (backoffLimit, restarts) => {
    const containers = [{ name: "main", image: "busybox:1" }];
    await apply({ backoffLimit, template: { spec: { restartPolicy: "OnFailure", containers } } });
    const [pod] = await runningPods(1);
    for (let count = 1; count <= restarts; count += 1) {
      expect(job().status).not.toHaveProperty("conditions");
      await restart(pod, count);
    }
    await finished();
    expect(reasons()).toContain("Failed BackoffLimitExceeded");
  });

  it("says when it is suspended and resumed", async () => {
    await apply();
    await runningPods(1);
    await patch({ suspend: true });
    await cluster.until("no pods", () => podsOfJob().length === 0);
    await patch({ suspend: false });
    await runningPods(1);
    await cluster.until("both events", () => {
      const events = cluster.eventsOf(job());
      return events.includes("Suspended: Job suspended") && events.includes("Resumed: Job resumed");
    });
  });

  it("is removed after its time to live, with its pods", async () => {
    await apply({ ttlSecondsAfterFinished: 0 });
    await endAll(1, 0);
    await cluster.until("no job", () => cluster.api.find(jobs, at) === undefined);
    await cluster.until("no pods", () => podsOfJob().length === 0);
  });

  it("leaves its pods to themselves when it is deleted without them", async () => {
    await apply();
    await runningPods(1);
    await cluster.api.delete(jobs, at, { user: cluster.admin, propagationPolicy: "Orphan" });
    await cluster.until("a pod of nobody", () => {
      const [pod] = podsOfJob();
      return pod?.metadata.ownerReferences === undefined && pod?.metadata.finalizers === undefined;
    });
  });

  it("of two thousand million pods gets so many that the process lives", async () => {
    const many = 2_147_483_647;
    await apply({ parallelism: 100_000, completions: many, completionMode: "Indexed", suspend: true });
    await apply({ parallelism: many, completions: many }, "plain");
    await cluster.until("some pods", () => cluster.api.list(pods, { namespace }).length >= 50);
    await cluster.api.delete(jobs, { namespace, name: "plain" }, { user: cluster.admin });
    expect(cluster.api.list(pods, { namespace }).length).toBeLessThanOrEqual(5000);
  });
});

it("a Job waits longer for another pod with each that failed", async () => {
  const clock = new ManualClock();
  cluster = await startTestCluster({ clock });
  await cluster.createNamespace(namespace);
  await apply();
  for (const [failures, waitMs] of [10_000, 20_000].entries()) {
    const pod = await cluster.until("a pod", () =>
      podsOfJob().find(({ status }) => status?.phase !== "Failed"),
    );
    await cluster.endPod(pod, 1);
    await cluster.until("it counted", () => job().status?.failed === failures + 1);
    clock.advance(waitMs - 1);
    expect(podsOfJob()).toHaveLength(failures + 1);
    await cluster.until("a timer", () => clock.nextMs !== undefined);
    clock.advance(1);
  }
  await cluster.until("three pods", () => podsOfJob().length === 3);
});

it("each index waits for itself, and remembers how often it failed", async () => {
  const clock = new ManualClock();
  cluster = await startTestCluster({ clock });
  await cluster.createNamespace(namespace);
  await apply({ ...indexed(2), backoffLimitPerIndex: 1 });
  await cluster.until("two pods", () => podsOfJob().length === 2);
  await endIndex(0, 1);
  await cluster.until("a timer", () => clock.nextMs !== undefined && job().status?.active === 1);
  expect(job().status).not.toHaveProperty("failed");
  clock.advance(10_000);
  const next = await cluster.until("another pod", () => podOfIndex(0));
  expect(next.metadata.annotations?.["batch.kubernetes.io/job-index-failure-count"]).toBe("1");
  await cluster.until("the first counted", () => job().status?.failed === 1);
  await endIndex(0, 1);
  await cluster.until("it lost", () => job().status?.failedIndexes === "0");
});

function indexed(completions: number): object {
  return { completions, parallelism: completions, completionMode: "Indexed" };
}

function podOfIndex(index: number): Pod | undefined {
  return podsOfJob().find((pod) => indexOf(pod) === index && isActivePod(pod));
}

async function endIndex(index: number, exitCode: number): Promise<void> {
  const pod = await cluster.until(`pod of index ${index}`, () => podOfIndex(index));
  await cluster.endPod(pod, exitCode);
}

/** Writes that the pod's container has been started again so many times. */
async function restart(pod: Pod | undefined, restartCount: number): Promise<void> {
  const { name } = (pod as Pod).metadata;
  const now = cluster.api.get(pods, { namespace, name: name ?? "" }) as Pod;
  const containerStatuses = now.status?.containerStatuses?.map((each) => ({ ...each, restartCount }));
  const status = { ...now.status, containerStatuses };
  await cluster.api.update(statusOf(pods), { ...structuredClone(now), status }, { user: cluster.admin });
}

function job(): Job {
  return cluster.api.get(jobs, at) as Job;
}

function reasons(): string[] {
  return (job().status?.conditions ?? []).map(({ type, reason = "" }) => `${type} ${reason}`);
}

function podsOfJob(): Pod[] {
  return cluster.api.list(pods, { namespace, labelSelector: "job-name=task" }) as Pod[];
}

function findPod(pod: ApiObject | undefined): ApiObject | undefined {
  return cluster.api.find(pods, { namespace, name: pod?.metadata.name ?? "" });
}

async function remove(pod: ApiObject | undefined): Promise<void> {
  await cluster.api.delete(pods, { namespace, name: pod?.metadata.name ?? "" }, { user: cluster.admin });
}

function runningPods(count: number): Promise<Pod[]> {
  return cluster.until(`${count} running pods`, () => {
    const running = podsOfJob().filter(({ status }) => status?.phase === "Running");
    return running.length === count && running;
  });
}

async function endAll(count: number, exitCode: number): Promise<Pod[]> {
  const running = await runningPods(count);
  for (const pod of running) await cluster.endPod(pod, exitCode);
  return running;
}

function finished(): Promise<unknown> {
  return cluster.until("its end", () =>
    job().status?.conditions?.some(({ type }) => type === "Complete" || type === "Failed"),
  );
}

async function patch(spec: object): Promise<void> {
  await cluster.api.patch(jobs, at, { type: "merge", body: { spec } }, { user: cluster.admin });
}

async function apply(spec: object = {}, name = "task"): Promise<void> {
  const podSpec = { restartPolicy: "Never", containers: [{ name: "main", image: "busybox:1" }] };
  const metadata = { name, namespace };
  await cluster.apply({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata,
    spec: { template: { spec: podSpec }, ...spec },
  });
}
