import { afterEach, expect, it } from "vitest";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import type { Pod } from "./object-kinds.js";
import { events, leases, nodes, pods } from "./resource-refs.js";

let cluster: TestCluster;
afterEach(() => cluster.stop());

const taint = { key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" };

it("nodes that are named are there, with a lease and an address each, the control plane first", async () => {
  cluster = await startTestCluster({ nodes: ["controlplane", "node01"] });
  await cluster.until("two leases", () => cluster.api.list(leases).length === 2);
  const all = cluster.api.list(nodes);
  expect(all.map(({ metadata }) => metadata.name)).toEqual(["controlplane", "node01"]);
  expect(all.map((node) => (node["spec"] as { taints?: unknown }).taints)).toEqual([[taint], undefined]);
  expect(JSON.stringify(all.map(({ status }) => status))).toMatch(/192\.0\.2\.1".*192\.0\.2\.2"/);
});

it("a pod runs on the node it is placed on, and another where it tolerates that", async () => {
  cluster = await startTestCluster({ nodes: ["controlplane", "node01"] });
  await cluster.createNamespace("lab");
  await create("here", {});
  await create("there", {
    tolerations: [{ key: taint.key, operator: "Exists" }],
    nodeSelector: { "kubernetes.io/hostname": "controlplane" },
  });
  const [here, there] = await Promise.all(["here", "there"].map(running));
  expect([here?.spec.nodeName, there?.spec.nodeName]).toEqual(["node01", "controlplane"]);
  expect([here, there].map((pod) => pod?.status?.["hostIP"])).toEqual(["192.0.2.2", "192.0.2.1"]);
  await cluster.until("an event of the node", () =>
    cluster.api
      .list(events, { namespace: "lab" })
      .some((event) => JSON.stringify(event["source"]) === '{"component":"kubelet","host":"node01"}'),
  );
});

it("pods come to the node they prefer, and are spread where they prefer none", async () => {
  cluster = await startTestCluster({ nodes: ["controlplane", "node01", "node02"] });
  await cluster.createNamespace("lab");
  await label("node02", "disk", "fast");
  const rank = { matchExpressions: [{ key: "disk", operator: "In", values: ["fast"] }] };
  const preferred = [{ weight: 1, preference: rank }];
  for (const name of ["a", "b"])
    await create(name, {
      affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } },
    });
  const named = await Promise.all(["a", "b"].map(running));
  expect(named.map(({ spec }) => spec.nodeName)).toEqual(["node02", "node02"]);
  for (const name of ["c", "d", "e", "f"]) {
    await create(name, {});
    await running(name);
  }
  const spread = await Promise.all(["c", "d", "e", "f"].map(running));
  expect(
    spread.map(({ spec }) => String(spec.nodeName)).toSorted((one, other) => one.localeCompare(other)),
  ).toEqual(["node01", "node01", "node01", "node02"]);
});

it("the only node takes all pods, whatever it is called", async () => {
  cluster = await startTestCluster({ nodes: ["controlplane"] });
  await cluster.createNamespace("lab");
  await create("here", {});
  expect((await running("here")).spec.nodeName).toBe("controlplane");
});

async function create(name: string, spec: Record<string, unknown>): Promise<void> {
  const containers = [{ name: "main", image: "nginx" }];
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name }, spec: { containers, ...spec } };
  await cluster.api.create(pods, "lab", pod, { user: cluster.admin });
}

async function running(name: string): Promise<Pod> {
  const found = () => cluster.api.find(pods, { namespace: "lab", name }) as Pod | undefined;
  await cluster.until(`${name} to run`, () => found()?.status?.phase === "Running");
  return found() as Pod;
}

async function label(name: string, key: string, value: string): Promise<void> {
  await cluster.until(name, () => cluster.api.find(nodes, { name }));
  const body = { metadata: { labels: { [key]: value } } };
  await cluster.api.patch(nodes, { name }, { type: "merge", body }, { user: cluster.admin });
}
