import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import { findCondition } from "./conditions.js";
import type { Deployment, Pod, ReplicaSet } from "./object-kinds.js";
import { nameOf } from "./object-keys.js";
import { deployments, pods, replicaSets } from "./resource-refs.js";
import { isActivePod } from "./pod-state.js";

const namespace = "lab";

describe("a deployment", () => {
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await startTestCluster();
    await cluster.createNamespace(namespace);
  });
  afterEach(() => cluster.stop());

  it("comes to its replicas and says so as a real one does", async () => {
    await cluster.apply(web(2));
    const { status, metadata } = await complete("web", 2);
    expect(metadata.annotations).toEqual({ "deployment.kubernetes.io/revision": "1" });
    expect(status).toMatchObject({
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      observedGeneration: 1,
    });
    expect(findCondition(status?.conditions, "Available")).toMatchObject({
      status: "True",
      reason: "MinimumReplicasAvailable",
    });
    const [replicaSet] = replicaSetsOf();
    expect(findCondition(status?.conditions, "Progressing")).toMatchObject({
      reason: "NewReplicaSetAvailable",
      message: `ReplicaSet "${nameOf(replicaSet!)}" has successfully progressed.`,
    });
    const deployment = cluster.api.get(deployments, { namespace, name: "web" });
    expect(cluster.eventsOf(deployment)).toEqual([
      `ScalingReplicaSet: Scaled up replica set ${nameOf(replicaSet!)} from 0 to 2`,
    ]);
  });

  it("rolls to a new template without falling below what must be available", async () => {
    await cluster.apply(web(4));
    await complete("web", 4);
    let lowest = 4;
    const stop = cluster.api.watch(deployments, ({ object }) => {
      lowest = Math.min(lowest, (object as Deployment).status?.availableReplicas ?? 4);
    });
    await setImage("nginx:2");
    await complete("web", 4);
    stop();
    expect(lowest).toBeGreaterThanOrEqual(3);
    const sizes = replicaSetsOf().map((set) => [
      set.spec.template.spec.containers[0]?.image,
      set.spec.replicas,
    ]);
    expect(sizes).toEqual(
      expect.arrayContaining([
        ["nginx:1", 0],
        ["nginx:2", 4],
      ]),
    );
  });

  it("goes back to the ReplicaSet of an earlier template under a new revision", async () => {
    await cluster.apply(web(1));
    await complete("web", 1);
    await setImage("nginx:2");
    await complete("web", 1);
    await setImage("nginx:1");
    const { metadata } = await complete("web", 1);
    expect(metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("3");
    const back = replicaSetsOf().find((set) => set.spec.replicas === 1);
    expect(replicaSetsOf()).toHaveLength(2);
    expect(back?.metadata.annotations).toMatchObject({
      "deployment.kubernetes.io/revision": "3",
      "deployment.kubernetes.io/revision-history": "1",
    });
  });

  it("with Recreate has no new pod before the last old one is gone", async () => {
    await cluster.apply(web(2, { strategy: { type: "Recreate" } }));
    await complete("web", 2);
    const mixed: string[][] = [];
    const stop = cluster.api.watch(pods, () => {
      const images = new Set(podsOf().map((pod) => pod.spec.containers[0]?.image ?? ""));
      if (images.size > 1) mixed.push([...images]);
    });
    await setImage("nginx:2");
    await complete("web", 2);
    stop();
    expect(mixed).toEqual([]);
  });

  it("follows a change of its replicas", async () => {
    await cluster.apply(web(1));
    await complete("web", 1);
    await patch({ spec: { replicas: 3 } });
    await complete("web", 3);
    await patch({ spec: { replicas: 0 } });
    await cluster.until("no pods", () => podsOf().length === 0);
  });

  it("does nothing about a new template while it is paused", async () => {
    await cluster.apply(web(1));
    await complete("web", 1);
    await patch({ spec: { paused: true } });
    await setImage("nginx:2");
    const paused = await cluster.until("paused condition", () =>
      findCondition(get().status?.conditions, "Progressing")?.reason === "DeploymentPaused"
        ? get()
        : undefined,
    );
    expect(paused.spec.paused).toBe(true);
    expect(replicaSetsOf()).toHaveLength(1);
    await patch({ spec: { paused: false } });
    await complete("web", 1);
    expect(replicaSetsOf()).toHaveLength(2);
  });

  it("keeps no more empty ReplicaSets than its history limit", async () => {
    await cluster.apply(web(1, { revisionHistoryLimit: 1 }));
    for (const tag of ["2", "3", "4"]) {
      await complete("web", 1);
      await setImage(`nginx:${tag}`);
    }
    await complete("web", 1);
    await cluster.until("one old ReplicaSet", () => replicaSetsOf().length === 2);
  });

  function get(): Deployment {
    return cluster.api.get(deployments, { namespace, name: "web" }) as Deployment;
  }

  function complete(name: string, replicas: number): Promise<Deployment> {
    return cluster.until(`complete deployment ${name}`, () => {
      const { status, metadata } = get();
      const isComplete =
        status?.observedGeneration === metadata.generation &&
        status?.replicas === replicas &&
        status.updatedReplicas === replicas &&
        status.availableReplicas === replicas;
      return isComplete && get();
    });
  }

  function replicaSetsOf(): ReplicaSet[] {
    return cluster.api.list(replicaSets, { namespace }) as ReplicaSet[];
  }

  function podsOf(): Pod[] {
    return cluster.api.list(pods, { namespace }) as Pod[];
  }

  async function patch(body: object): Promise<void> {
    const at = { namespace, name: "web" };
    await cluster.api.patch(deployments, at, { type: "merge", body }, { user: cluster.admin });
  }

  function setImage(image: string): Promise<void> {
    return patch({ spec: { template: { spec: { containers: [{ name: "main", image }] } } } });
  }

  it("adopts nothing and leaves no active pod when it is deleted", async () => {
    await cluster.apply(web(2));
    await complete("web", 2);
    const at = { namespace, name: "web" };
    await cluster.api.delete(deployments, at, { user: cluster.admin, propagationPolicy: "Background" });
    await cluster.until("nothing left", () => replicaSetsOf().length === 0 && podsOf().length === 0);
    expect(podsOf().filter(isActivePod)).toEqual([]);
  });
});

function web(replicas: number, spec: object = {}): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "main", image: "nginx:1" }] },
      },
      ...spec,
    },
  };
}
