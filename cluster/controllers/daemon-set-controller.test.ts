import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import type { DaemonSet, Pod } from "./object-kinds.js";
import { daemonSets, nodes, pods } from "./resource-refs.js";
import { SIMULATED_NODE } from "./simulated-node.js";

const namespace = "lab";

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  await cluster.createNamespace(namespace);
  await cluster.until("the node", () => cluster.api.find(nodes, { name: SIMULATED_NODE }));
});
afterEach(() => cluster.stop());

describe("a DaemonSet", () => {
  it("wants its pod also where the node has no room for it, and lets it wait there", async () => {
    await create("large", {}, { resources: { requests: { cpu: "500" } } });
    const pod = await cluster.until("its pod", () => podsOf("large")[0]);
    await cluster.until("the scheduler's words", () =>
      cluster.eventsOf(pod).some((text) => text.includes("1 Insufficient cpu.")),
    );
    await cluster.until("the status", () => statusOf("large")["currentNumberScheduled"] === 1);
    expect(statusOf("large")).toMatchObject({
      desiredNumberScheduled: 1,
      numberUnavailable: 1,
      numberReady: 0,
    });
  });

  it("says that a pod is missing which is refused", async () => {
    await create("refused", { serviceAccountName: "none" });
    await cluster.until("the status", () => statusOf("refused")["numberUnavailable"] === 1);
    expect(statusOf("refused")).toMatchObject({ desiredNumberScheduled: 1, currentNumberScheduled: 0 });
  });

  it("wants none where its selector does not lead or a taint keeps it off", async () => {
    await create("elsewhere", { nodeSelector: { disk: "fast" } });
    const body = { spec: { taints: [{ key: "only", value: "gpu", effect: "NoSchedule" }] } };
    const at = { name: SIMULATED_NODE };
    await create("before");
    await cluster.until("the first", () => statusOf("before")["numberReady"] === 1);
    await cluster.api.patch(nodes, at, { type: "merge", body }, { user: cluster.admin });
    await create("after");
    for (const name of ["elsewhere", "after"]) {
      await cluster.until("the status", () => statusOf(name)["observedGeneration"] === 1);
      expect(statusOf(name)).toMatchObject({ desiredNumberScheduled: 0, currentNumberScheduled: 0 });
      expect(podsOf(name)).toHaveLength(0);
    }
    // What was there before the taint may stay.
    await cluster.until("the status", () => statusOf("before")["numberMisscheduled"] === 1);
    expect(podsOf("before")).toHaveLength(1);
  });

  it("gives up a pod that cannot start for one of its new template", async () => {
    await create("agent", {}, { image: "No Image" });
    await cluster.until("the pod waits", () =>
      podsOf("agent").some(
        ({ status }) => status?.containerStatuses?.[0]?.state.waiting?.reason === "InvalidImageName",
      ),
    );
    const body = { spec: { template: template("agent", {}, {}) } };
    const at = { namespace, name: "agent" };
    await cluster.api.patch(daemonSets, at, { type: "merge", body }, { user: cluster.admin });
    await cluster.until("ready again", () => statusOf("agent")["numberAvailable"] === 1);
    expect(statusOf("agent")).toMatchObject({ updatedNumberScheduled: 1, desiredNumberScheduled: 1 });
  });
});

function statusOf(name: string): Record<string, unknown> {
  return (cluster.api.get(daemonSets, { namespace, name }) as DaemonSet).status ?? {};
}

function podsOf(app: string): Pod[] {
  const all = cluster.api.list(pods, { namespace }) as Pod[];
  return all.filter(({ metadata }) => metadata.labels?.["app"] === app);
}

async function create(name: string, spec: object = {}, container: object = {}): Promise<void> {
  await cluster.apply({
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace },
    spec: { selector: { matchLabels: { app: name } }, template: template(name, spec, container) },
  });
}

function template(app: string, spec: object, container: object): object {
  const containers = [{ name: "main", image: "nginx:1", ...container }];
  return { metadata: { labels: { app } }, spec: { containers, ...spec } };
}
