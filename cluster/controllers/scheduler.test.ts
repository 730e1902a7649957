import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import type { Pod } from "./object-kinds.js";
import { nodes, pods } from "./resource-refs.js";
import { SIMULATED_NODE } from "./simulated-node.js";

const namespace = "lab";
const none = "FailedScheduling: 0/1 nodes are available:";
const noVictims =
  "no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";
const noHelp =
  "no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  await cluster.createNamespace(namespace);
  await cluster.until("the node", () => cluster.api.find(nodes, { name: SIMULATED_NODE }));
});
afterEach(() => cluster.stop());

/** The texts are those of kube-scheduler 1.35. */
describe("a pod is not scheduled", () => {
  it("beside one it wants to be apart from", async () => {
    await create("first", {}, { app: "web" });
    await running("first");
    await create("second", { affinity: apart("web") }, { app: "web" });
    await refused("second", `${none} 1 node(s) didn't match pod anti-affinity rules. ${noVictims}`);
  });

  it("beside one that wants to be apart from it", async () => {
    await create("first", { affinity: apart("web") });
    await running("first");
    await create("second", {}, { app: "web" });
    await refused(
      "second",
      `${none} 1 node(s) didn't satisfy existing pods anti-affinity rules. ${noVictims}`,
    );
  });

  it("without the neighbour it wants", async () => {
    const [podAffinity] = Object.values(apart("web"));
    await create("first", { affinity: { podAffinity } });
    await refused("first", `${none} 1 node(s) didn't match pod affinity rules. ${noHelp}`);
    await create("second", {}, { app: "web" });
    await running("second");
    await running("first");
  });

  it("on a node without the label it is to be spread by", async () => {
    const places = `${none} 1 node(s) didn't match pod topology spread constraints (missing required label).`;
    await create("first", { topologySpreadConstraints: [spread("rack")] }, { app: "web" });
    await refused("first", `${places} ${noHelp}`);
    const body = { metadata: { labels: { rack: "one" } } };
    const at = { name: SIMULATED_NODE };
    await cluster.api.patch(nodes, at, { type: "merge", body }, { user: cluster.admin });
    await running("first");
  });

  it("where it would be one too many of its kind in one place", async () => {
    const topologySpreadConstraints = [{ ...spread("kubernetes.io/hostname"), minDomains: 2 }];
    await create("other", {}, { app: "other" });
    await create("first", { topologySpreadConstraints }, { app: "web" });
    await running("first");
    await create("second", { topologySpreadConstraints }, { app: "web" });
    await refused("second", `${none} 1 node(s) didn't match pod topology spread constraints. ${noVictims}`);
    await cluster.api.delete(pods, { namespace, name: "first" }, { user: cluster.admin });
    await running("second");
  });

  it("away from the fuller place, and is when the emptier one has filled", async () => {
    const body = { metadata: { labels: { rack: "one" } } };
    const at = { name: SIMULATED_NODE };
    await cluster.api.patch(nodes, at, { type: "merge", body }, { user: cluster.admin });
    await cluster.apply({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "away", labels: { rack: "two" } },
    });
    await create("there", { nodeName: SIMULATED_NODE }, { app: "web" });
    await running("there");
    const topologySpreadConstraints = [{ ...spread("rack"), nodeAffinityPolicy: "Ignore" }];
    const here = { nodeSelector: { rack: "one" }, topologySpreadConstraints };
    await create("late", here, { app: "web" });
    await cluster.until("the words on late", () => cluster.eventsOf(get("late")).length > 0);
    expect(get("late").status?.conditions?.[0]?.message).toContain(
      "1 node(s) didn't match pod topology spread constraints",
    );
    await create("filling", { nodeName: "away" }, { app: "web" });
    await running("late");
  });

  it("never for a spread that is only preferred, or in which nothing counts", async () => {
    const anyway = { ...spread("rack"), whenUnsatisfiable: "ScheduleAnyway" };
    const nothing = { ...spread("kubernetes.io/hostname"), labelSelector: {} };
    for (const name of ["first", "second"]) {
      await create(name, { topologySpreadConstraints: [anyway, nothing] }, { app: "web" });
      await running(name);
    }
  });

  it("where its host port is taken", async () => {
    await create("first", { containers: [withPort(8080)] });
    await running("first");
    await create("other", { containers: [withPort(8081)] });
    await running("other");
    await create("second", { containers: [withPort(8080)] });
    await refused(
      "second",
      `${none} 1 node(s) didn't have free ports for the requested pod ports. ${noVictims}`,
    );
    await cluster.api.delete(pods, { namespace, name: "first" }, { user: cluster.admin });
    await running("second");
  });

  it("where its host port goes to one that came at the same time", async () => {
    const names = ["one", "two", "three", "four"];
    await Promise.all(names.map((name) => create(name, { containers: [withPort(8080)] })));
    const placed = (): Pod[] =>
      (cluster.api.list(pods, { namespace }) as Pod[]).filter(({ spec }) => spec.nodeName !== undefined);
    await cluster.until("each is told of", () =>
      (cluster.api.list(pods, { namespace }) as Pod[]).every(isTold) ? true : undefined,
    );
    expect(placed()).toHaveLength(1);
  });

  it("where more than one resource is short, with all of them", async () => {
    await create("large", { containers: [asking({ cpu: "500", memory: "900Gi" })] });
    await refused("large", `${none} 1 Insufficient cpu, 1 Insufficient memory. ${noHelp}`);
  });

  it("where it asks for devices, which no driver offers", async () => {
    await create("asking", { resourceClaims: [{ name: "gpu", resourceClaimName: "gpu" }] });
    const why = noHelp.replace("no new claims to deallocate", "still not schedulable");
    await refused("asking", `${none} 1 cannot allocate all claims. ${why}`);
  });

  it("while a gate holds it, and says so from the beginning", async () => {
    await create("gated", { schedulingGates: [{ name: "example.com/hold" }] });
    expect(get("gated").status?.conditions).toMatchObject([
      {
        type: "PodScheduled",
        status: "False",
        reason: "SchedulingGated",
        message: "Scheduling is blocked due to non-empty scheduling gates",
      },
    ]);
  });
});

it("a pod of higher priority takes the place of the lowest that have to go", async () => {
  for (const [name, value] of Object.entries({ low: 1, middle: 5, high: 1000 }))
    await cluster.apply({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name },
      value,
    });
  for (const priorityClassName of ["low", "middle"]) {
    await create(priorityClassName, { priorityClassName, containers: [asking({ cpu: "30" })] });
    await running(priorityClassName);
  }
  const victim = get("low");
  await create("important", { priorityClassName: "high", containers: [asking({ cpu: "30" })] });
  await running("important");
  expect(cluster.api.find(pods, { namespace, name: "low" })).toBeUndefined();
  expect(get("middle").status?.phase).toBe("Running");
  const uid = get("important").metadata.uid;
  await cluster.until("the victim's event", () =>
    cluster.eventsOf(victim).includes(`Preempted: Preempted by pod ${uid} on node ${SIMULATED_NODE}`),
  );
});

describe("a NoExecute taint", () => {
  it("drives out pods that do not tolerate it, at once or when their time is over", async () => {
    const toleration = { key: "boom", operator: "Exists", effect: "NoExecute" };
    await create("plain");
    await create("patient", { tolerations: [{ ...toleration, tolerationSeconds: 1 }] });
    await create("calm", { tolerations: [toleration] });
    for (const name of ["plain", "patient", "calm"]) await running(name);
    const plain = get("plain");
    const body = { spec: { taints: [{ key: "boom", value: "1", effect: "NoExecute" }] } };
    const at = { name: SIMULATED_NODE };
    await cluster.api.patch(nodes, at, { type: "merge", body }, { user: cluster.admin });
    await cluster.until(
      "plain gone",
      () => cluster.api.find(pods, { namespace, name: "plain" }) === undefined,
    );
    await cluster.until(
      "patient gone",
      () => cluster.api.find(pods, { namespace, name: "patient" }) === undefined,
    );
    expect(get("calm").metadata.deletionTimestamp).toBeUndefined();
    await cluster.until("its event", () =>
      cluster.eventsOf(plain).includes("TaintManagerEviction: Marking for deletion Pod lab/plain"),
    );
  });
});

function apart(app: string) {
  const term = { labelSelector: { matchLabels: { app } }, topologyKey: "kubernetes.io/hostname" };
  return { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
}

function spread(topologyKey: string) {
  const labelSelector = { matchLabels: { app: "web" } };
  return { maxSkew: 1, topologyKey, whenUnsatisfiable: "DoNotSchedule", labelSelector };
}

function withPort(hostPort: number): object {
  return { name: "main", image: "nginx:1", ports: [{ containerPort: 80, hostPort }] };
}

function asking(requests: object): object {
  return { name: "main", image: "nginx:1", resources: { requests } };
}

function get(name: string): Pod {
  return cluster.api.get(pods, { namespace, name }) as Pod;
}

async function running(name: string): Promise<void> {
  await cluster.until(`pod ${name} running`, () => get(name).status?.phase === "Running");
}

async function refused(name: string, text: string): Promise<void> {
  await cluster.until(`the words on ${name}`, () => cluster.eventsOf(get(name)).length > 0);
  expect(cluster.eventsOf(get(name))).toContain(text);
}

async function create(name: string, spec: object = {}, labels: Record<string, string> = {}): Promise<void> {
  const containers = [{ name: "main", image: "nginx:1" }];
  const metadata = { name, namespace, labels };
  await cluster.apply({ apiVersion: "v1", kind: "Pod", metadata, spec: { containers, ...spec } });
}

function isTold({ status }: Pod): boolean {
  return status?.conditions?.some(({ type }) => type === "PodScheduled") ?? false;
}
