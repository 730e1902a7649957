import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { textAt } from "../api/field-access.js";
import type { ApiObject, ResourceRef } from "../api/object.js";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import type { Pod } from "./object-kinds.js";
import {
  controllerRevisions,
  daemonSets,
  endpoints,
  endpointSlices,
  events,
  nodes,
  persistentVolumeClaims,
  pods,
  services,
  statefulSets,
} from "./resource-refs.js";
import { SIMULATED_NODE } from "./simulated-node.js";

const namespace = "lab";

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  await cluster.createNamespace(namespace);
});
afterEach(() => cluster.stop());

describe("a StatefulSet", () => {
  const spec = {
    serviceName: "db",
    replicas: 2,
    selector: { matchLabels: { app: "x" } },
    template: template("Always"),
    volumeClaimTemplates: [
      {
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
    ],
  };

  it("numbers its pods, gives each its claim and starts them in order", async () => {
    await cluster.apply(workload("apps/v1", "StatefulSet", "db", spec));
    const set = await cluster.until("two ready", () => ready("db", 2));
    expect(podNames()).toEqual(["db-0", "db-1"]);
    expect(claimNames()).toEqual(["data-db-0", "data-db-1"]);
    const [first, second] = cluster.api.list(pods, { namespace }) as Pod[];
    expect(second?.metadata.labels?.["apps.kubernetes.io/pod-index"]).toBe("1");
    expect(Number(first?.metadata.resourceVersion)).toBeLessThan(Number(second?.metadata.resourceVersion));
    expect(set["status"]).toMatchObject({
      replicas: 2,
      availableReplicas: 2,
      updatedReplicas: 2,
      collisionCount: 0,
    });
    expect(cluster.eventsOf(set)).toContain("SuccessfulCreate: Create Pod db-0 in StatefulSet db successful");
  });

  it("replaces its pods from the last one and keeps a revision of each template", async () => {
    await cluster.apply(workload("apps/v1", "StatefulSet", "db", spec));
    await cluster.until("two ready", () => ready("db", 2));
    const body = { spec: { template: { spec: { containers: [{ name: "main", image: "nginx:2" }] } } } };
    const options = { user: cluster.admin };
    await cluster.api.patch(statefulSets, { namespace, name: "db" }, { type: "merge", body }, options);
    await cluster.until("both replaced", () => {
      const images = (cluster.api.list(pods, { namespace }) as Pod[]).map(
        (pod) => pod.spec.containers[0]?.image,
      );
      return ready("db", 2) !== undefined && images.every((image) => image === "nginx:2");
    });
    expect(cluster.api.list(controllerRevisions, { namespace })).toHaveLength(2);
  });

  it("begins with the ordinal it is told to, and has claims go with pods and set where that is wanted", async () => {
    const persistentVolumeClaimRetentionPolicy = { whenDeleted: "Delete", whenScaled: "Delete" };
    const own = {
      ...spec,
      ordinals: { start: 5 },
      podManagementPolicy: "Parallel",
      persistentVolumeClaimRetentionPolicy,
    };
    await cluster.apply(workload("apps/v1", "StatefulSet", "db", own));
    await cluster.until("two ready", () => ready("db", 2));
    expect(podNames()).toEqual(["db-5", "db-6"]);
    const options = { user: cluster.admin };
    const at = { namespace, name: "db" };
    await cluster.api.patch(statefulSets, at, { type: "merge", body: { spec: { replicas: 1 } } }, options);
    await cluster.until("the last pod's claim gone", () => claimNames().join() === "data-db-5" || undefined);
    await cluster.api.delete(statefulSets, at, options);
    await cluster.until("the last claim gone", () => claimNames().length === 0 || undefined);
  });

  it("hears of a change while it makes more pods than anybody can have", async () => {
    const own = { ...spec, replicas: 2 ** 31 - 1, podManagementPolicy: "Parallel", volumeClaimTemplates: [] };
    await cluster.apply(workload("apps/v1", "StatefulSet", "db", own));
    await cluster.until("a pod", () => podNames().length > 0 || undefined);
    const options = { user: cluster.admin };
    const at = { namespace, name: "db" };
    await cluster.api.patch(statefulSets, at, { type: "merge", body: { spec: { replicas: 1 } } }, options);
    await cluster.until("one pod", () => podNames().join() === "db-0" || undefined);
  });
});

describe("a DaemonSet", () => {
  it("has one pod on the node", async () => {
    const spec = { selector: { matchLabels: { app: "x" } }, template: template("Always") };
    await cluster.apply(workload("apps/v1", "DaemonSet", "agent", spec));
    const set = await cluster.until("ready", () => {
      const found = get(daemonSets, "agent");
      return (found["status"] as { numberReady?: number } | undefined)?.numberReady === 1 && found;
    });
    expect(set["status"]).toMatchObject({
      desiredNumberScheduled: 1,
      currentNumberScheduled: 1,
      numberAvailable: 1,
    });
    expect(podNames()).toHaveLength(1);
  });
});

describe("a pod on the simulated node", () => {
  it("goes through the phases of a real one and says that it is simulated", async () => {
    const phases: string[] = [];
    const stop = cluster.api.watch(pods, ({ object }) => {
      const { phase = "", containerStatuses } = (object as Pod).status ?? {};
      phases.push(`${phase} ${containerStatuses?.[0]?.state.waiting?.reason ?? ""}`.trim());
    });
    await cluster.apply(workload("v1", "Pod", "solo", template("Always").spec));
    const pod = await running("solo");
    stop();
    expect([...new Set(phases)]).toEqual(["Pending", "Pending ContainerCreating", "Running"]);
    expect(pod.status?.podIP).toMatch(/^10\.244\./);
    expect(pod.status?.containerStatuses?.[0]).toMatchObject({ ready: true, started: true, restartCount: 0 });
    const texts = await cluster.until("its events", () => {
      const found = cluster.eventsOf(pod);
      return found.length === 4 && found;
    });
    expect(texts.map((text) => text.split(":")[0] ?? "").toSorted()).toEqual([
      "Created",
      "Pulled",
      "Scheduled",
      "Started",
    ]);
    expect(texts.filter((text) => text.includes("simulated by Lectern"))).toHaveLength(3);
    expect(
      cluster.api
        .list(events, { namespace })
        .filter(({ metadata: of }) => of.name?.startsWith("solo."))
        .map((event) => textAt(event, "involvedObject.fieldPath"))
        .toSorted(),
    ).toEqual(["", ...Array.from({ length: 3 }, () => "spec.containers{main}")]);
    expect(pod.status?.["message"]).toBe("simulated by Lectern: no process runs");
  });

  it("waits with the scheduler's words while its node is cordoned", async () => {
    await cordon(true);
    await cluster.apply(workload("v1", "Pod", "late", template("Always").spec));
    const pod = get(pods, "late");
    await cluster.until("the event", () =>
      cluster
        .eventsOf(pod)
        .some((text) =>
          text.startsWith("FailedScheduling: 0/1 nodes are available: 1 node(s) were unschedulable."),
        ),
    );
    await cordon(false);
    await running("late");
  });

  it("starts the ephemeral containers it is given, in name", async () => {
    await cluster.apply(workload("v1", "Pod", "web", template("Always").spec));
    await running("web");
    const body = { spec: { ephemeralContainers: [{ name: "debug", image: "busybox:1.36" }] } };
    const ref = { ...pods, subresource: "ephemeralcontainers" };
    const at = { namespace, name: "web" };
    const pod = await cluster.api.patch(ref, at, { type: "strategic", body }, { user: cluster.admin });
    const status = await cluster.until(
      "its status",
      () => (get(pods, "web") as Pod).status?.ephemeralContainerStatuses?.[0],
    );
    expect(status).toMatchObject({ name: "debug", image: "busybox:1.36", ready: false });
    expect(status.state.running).toBeDefined();
    await cluster.until("its event", () =>
      cluster
        .eventsOf(pod)
        .includes("Started: Container started: debug (simulated by Lectern: no process runs)"),
    );
  });

  it("gets its node back when somebody deletes it", async () => {
    const at = { name: SIMULATED_NODE };
    const { metadata } = await cluster.until("the node", () => cluster.api.find(nodes, at));
    await cluster.api.delete(nodes, at, { user: cluster.admin });
    await cluster.until("another node", () => {
      const { uid } = cluster.api.find(nodes, at)?.metadata ?? {};
      return uid !== undefined && uid !== metadata.uid;
    });
  });

  it("ends with its grace period, and at once by force", async () => {
    await cluster.apply(workload("v1", "Pod", "slow", template("Always").spec));
    await running("slow");
    await cluster.api.delete(pods, { namespace, name: "slow" }, { user: cluster.admin });
    expect(get(pods, "slow").metadata.deletionGracePeriodSeconds).toBe(30);
    await cluster.until("gone", () => cluster.api.find(pods, { namespace, name: "slow" }) === undefined);
    await cluster.apply(workload("v1", "Pod", "fast", template("Always").spec));
    await running("fast");
    const force = { user: cluster.admin, gracePeriodSeconds: 0 };
    await cluster.api.delete(pods, { namespace, name: "fast" }, force);
    expect(cluster.api.find(pods, { namespace, name: "fast" })).toBeUndefined();
  });
});

describe("a Service", () => {
  it("has a pod that ends among its slices until it is gone, as ready for nothing, and no more in Endpoints", async () => {
    const [labels, user] = [{ app: "ending" }, cluster.admin];
    await cluster.apply(workload("v1", "Service", "end", { selector: labels, ports: [{ port: 80 }] }));
    const metadata = { name: "end", namespace, labels, finalizers: ["example.com/kept"] };
    await cluster.apply({ apiVersion: "v1", kind: "Pod", metadata, spec: template("Always").spec });
    await running("end");
    const conditions = (): Record<string, boolean>[] =>
      cluster.api
        .list(endpointSlices, { namespace })
        .filter((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === "end")
        .flatMap((slice) => (slice["endpoints"] ?? []) as { conditions: Record<string, boolean> }[])
        .map((endpoint) => endpoint.conditions);
    await cluster.until("a ready address", () => conditions()[0]?.["ready"]);
    expect(conditions()).toEqual([{ ready: true, serving: true, terminating: false }]);
    await cluster.api.delete(pods, { namespace, name: "end" }, { user });
    await cluster.until("an address that ends", () => conditions()[0]?.["terminating"]);
    expect(conditions()).toMatchObject([{ ready: false, terminating: true }]);
    await cluster.until("no address in Endpoints", () => get(endpoints, "end")["subsets"] === undefined);
    const { metadata: kept } = get(pods, "end");
    await cluster.api.update(
      pods,
      { ...structuredClone(get(pods, "end")), metadata: { ...kept, finalizers: [] } },
      { user },
    );
    await cluster.until("no address", () => conditions().length === 0);
    await cluster.api.delete(services, { namespace, name: "end" }, { user });
  });

  it("lists its ready pods and forgets them", async () => {
    const ports = [{ port: 80, targetPort: 8080 }];
    await cluster.apply(workload("v1", "Service", "web", { selector: { app: "x" }, ports }));
    const labels = { app: "x" };
    const spec = template("Always").spec;
    await cluster.apply({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "solo", namespace, labels },
      spec,
    });
    const { status } = await running("solo");
    const listed = await cluster.until("an address", () => {
      const [slice] = cluster.api.list(endpointSlices, { namespace });
      return (
        (slice?.["endpoints"] as { conditions: { ready: boolean } }[] | undefined)?.[0]?.conditions.ready &&
        slice
      );
    });
    expect(listed?.["ports"]).toEqual([{ name: "", port: 8080, protocol: "TCP" }]);
    const subsets = await cluster.until("the same address in Endpoints", () => {
      const [subset] = (get(endpoints, "web")["subsets"] ?? []) as { addresses?: { ip: string }[] }[];
      return subset?.addresses && subset;
    });
    expect(subsets).toMatchObject({ addresses: [{ ip: status?.podIP }], ports: [{ port: 8080 }] });
    await cluster.api.delete(services, { namespace, name: "web" }, { user: cluster.admin });
    await cluster.until("no slices", () => cluster.api.list(endpointSlices, { namespace }).length === 0);
    await cluster.until(
      "no endpoints",
      () => cluster.api.find(endpoints, { namespace, name: "web" }) === undefined,
    );
  });
});

function get(ref: ResourceRef, name: string): ApiObject {
  return cluster.api.get(ref, { namespace, name });
}

function running(name: string): Promise<Pod> {
  return cluster.until(`pod ${name} running`, () => {
    const pod = get(pods, name) as Pod;
    return pod.status?.phase === "Running" && pod;
  });
}

function podNames(): string[] {
  return cluster.api.list(pods, { namespace }).map(({ metadata }) => metadata.name ?? "");
}

function workload(apiVersion: string, kind: string, name: string, spec: object): object {
  return { apiVersion, kind, metadata: { name, namespace }, spec };
}

function template(restartPolicy: string, image = "nginx:1") {
  return {
    metadata: { labels: { app: "x" } },
    spec: { restartPolicy, containers: [{ name: "main", image }] },
  };
}

function ready(name: string, count: number): ApiObject | undefined {
  const set = get(statefulSets, name);
  const status = set["status"] as { readyReplicas?: number } | undefined;
  return status?.readyReplicas === count ? set : undefined;
}

function claimNames(): string[] {
  return cluster.api.list(persistentVolumeClaims, { namespace }).map(({ metadata }) => metadata.name ?? "");
}

async function cordon(unschedulable: boolean): Promise<void> {
  await cluster.until("the node", () => cluster.api.find(nodes, { name: SIMULATED_NODE }));
  const patch = { type: "merge" as const, body: { spec: { unschedulable } } };
  await cluster.api.patch(nodes, { name: SIMULATED_NODE }, patch, { user: cluster.admin });
}
