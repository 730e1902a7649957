import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import type { Pod } from "./object-kinds.js";
import { configMaps, pods } from "./resource-refs.js";

const namespace = "lab";

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  await cluster.createNamespace(namespace);
  await create("v1", "ConfigMap", "settings", { data: { color: "red" } });
  await create("v1", "Secret", "password", { stringData: { key: "open" } });
});
afterEach(() => cluster.stop());

/** The texts are those of a kubelet 1.35. */
describe("a container does not start", () => {
  const cases: [why: string, container: object, reason: string, message: string][] = [
    [
      "from a ConfigMap that is not there",
      { envFrom: [{ configMapRef: { name: "none" } }] },
      "CreateContainerConfigError",
      'configmap "none" not found',
    ],
    [
      "from a Secret that is not there",
      { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "none", key: "a" } } }] },
      "CreateContainerConfigError",
      'secret "none" not found',
    ],
    [
      "from a key its ConfigMap lacks",
      { env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "settings", key: "size" } } }] },
      "CreateContainerConfigError",
      "couldn't find key size in ConfigMap lab/settings",
    ],
    [
      "from a key that only a prototype has",
      { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "password", key: "constructor" } } }] },
      "CreateContainerConfigError",
      "couldn't find key constructor in Secret lab/password",
    ],
    [
      "in an image that may not be pulled",
      { imagePullPolicy: "Never" },
      "ErrImageNeverPull",
      'Container image "busybox:1" is not present with pull policy of Never',
    ],
    [
      "in an image whose name nobody can read",
      { image: "busybox:1:2" },
      "InvalidImageName",
      'Failed to apply default image tag "busybox:1:2": couldn\'t parse image name "busybox:1:2": invalid reference format',
    ],
    [
      "in an image whose name has capitals",
      { image: "Busybox:1" },
      "InvalidImageName",
      'Failed to apply default image tag "Busybox:1": couldn\'t parse image name "Busybox:1": invalid reference format: repository name (library/Busybox) must be lowercase',
    ],
  ];

  it.each(cases)("%s", async (_why, container, reason, message) => {
    await createPod(container);
    const pod = await cluster.until("its reason", () => {
      const found = current();
      return found.status?.containerStatuses?.[0]?.state.waiting?.reason === reason && found;
    });
    expect(pod.status?.phase).toBe("Pending");
    expect(pod.status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      state: { waiting: { reason, message } },
    });
    expect(condition(pod, "Ready")).toMatchObject({
      status: "False",
      reason: "ContainersNotReady",
      message: "containers with unready status: [main]",
    });
    const told =
      reason === "CreateContainerConfigError" ? `Failed: Error: ${message}` : `Failed: Error: ${reason}`;
    await cluster.until("its event", () => cluster.eventsOf(pod).includes(told));
  });

  it("as root where it must not, as far as the pod itself says so", async () => {
    await createPod({ securityContext: { runAsNonRoot: true, runAsUser: 0 } });
    const message = await cluster.until(
      "its message",
      () => current().status?.containerStatuses?.[0]?.state.waiting?.message,
    );
    expect(message).toMatch(
      /^container's runAsUser breaks non-root policy \(pod: "pod_lab\([-0-9a-f]{36}\)", container: main\)$/,
    );
  });

  it("until the ConfigMap is there, and runs then", async () => {
    await createPod({ envFrom: [{ configMapRef: { name: "late" } }] });
    await cluster.until("it waits", () => current().status?.containerStatuses?.[0]?.state.waiting?.message);
    await create("v1", "ConfigMap", "late", { data: {} });
    await running();
    await cluster.api.delete(configMaps, { namespace, name: "late" }, { user: cluster.admin });
    await cluster.api.patch(
      pods,
      { namespace, name: "pod" },
      { type: "merge", body: { metadata: { labels: { touched: "yes" } } } },
      { user: cluster.admin },
    );
    expect(current().status?.phase).toBe("Running");
  });

  it("but for what is optional", async () => {
    const optional = true;
    await createPod({
      envFrom: [{ configMapRef: { name: "none", optional } }],
      env: [{ name: "A", valueFrom: { secretKeyRef: { name: "none", key: "a", optional } } }],
    });
    await running();
  });
});

describe("a pod waits for its volumes", () => {
  const cases: [why: string, volume: object, message: string][] = [
    ["of a Secret that is not there", { secret: { secretName: "none" } }, 'secret "none" not found'],
    ["of a ConfigMap that is not there", { configMap: { name: "none" } }, 'configmap "none" not found'],
    [
      "of a key its Secret lacks",
      { secret: { secretName: "password", items: [{ key: "lock", path: "lock" }] } },
      "references non-existent secret key: lock",
    ],
    [
      "of a key its ConfigMap lacks",
      { configMap: { name: "settings", items: [{ key: "size", path: "size" }] } },
      "configmap references non-existent config key: size",
    ],
    [
      "of a projection without its source",
      { projected: { sources: [{ secret: { name: "none" } }] } },
      'secret "none" not found',
    ],
  ];

  it.each(cases)("%s", async (_why, volume, message) => {
    await createPod(
      { volumeMounts: [{ name: "v", mountPath: "/v" }] },
      { volumes: [{ name: "v", ...volume }] },
    );
    const event = `FailedMount: MountVolume.SetUp failed for volume "v" : ${message}`;
    await cluster.until("its event", () => cluster.eventsOf(current()).includes(event));
    expect(current().status).toMatchObject({
      phase: "Pending",
      containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } } }],
    });
    expect(condition(current(), "PodReadyToStartContainers")?.status).toBe("False");
  });
});

describe("a pod whose processes nobody runs", () => {
  it.each(["Never", "OnFailure", "Always"])("stays Running with restartPolicy %s", async (restartPolicy) => {
    await createPod({ command: ["sh", "-c", "exit 2"] }, { restartPolicy });
    const pod = await running();
    expect(pod.status).toMatchObject({
      message: "simulated by Lectern: no process runs",
      containerStatuses: [{ restartCount: 0, state: { running: {} }, lastState: {} }],
    });
  });

  it("goes on without its init containers, of which it claims no end", async () => {
    const image = "busybox:1";
    await createPod(
      {},
      {
        initContainers: [
          { name: "first", image, command: ["sh", "-c", "exit 1"] },
          { name: "sidecar", image, restartPolicy: "Always" },
        ],
      },
    );
    const pod = await running();
    const [first, sidecar] = pod.status?.initContainerStatuses ?? [];
    expect(first).toMatchObject({ ready: false, state: { waiting: { reason: "Simulated" } } });
    expect(sidecar).toMatchObject({ ready: true, started: true, state: { running: {} } });
    expect(JSON.stringify(pod.status)).not.toContain("exitCode");
    expect(condition(pod, "Initialized")?.status).toBe("True");
  });

  it("is held by an init container that cannot start", async () => {
    await createPod(
      {},
      { initContainers: [{ name: "first", image: "busybox:1", imagePullPolicy: "Never" }] },
    );
    const pod = await cluster.until("its reason", () => {
      const found = current();
      return found.status?.initContainerStatuses?.[0]?.state.waiting?.reason === "ErrImageNeverPull" && found;
    });
    expect(condition(pod, "Initialized")).toMatchObject({
      status: "False",
      reason: "ContainersNotInitialized",
      message: "containers with incomplete status: [first]",
    });
    expect(pod.status?.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: "PodInitializing" } });
  });

  it("fails at its deadline", async () => {
    await createPod({}, { activeDeadlineSeconds: 1 });
    const pod = await cluster.until("its end", () => current().status?.phase === "Failed" && current());
    expect(pod.status).toMatchObject({
      reason: "DeadlineExceeded",
      message: "Pod was active on the node longer than the specified deadline",
    });
    expect(condition(pod, "Ready")).toMatchObject({ status: "False", reason: "PodFailed" });
    // What never ran is written down as a kubelet does it.
    const container = { envFrom: [{ configMapRef: { name: "none" } }] };
    await cluster.api.delete(pods, { namespace, name: "pod" }, { user: cluster.admin });
    await cluster.until("it gone", () => cluster.api.find(pods, { namespace, name: "pod" }) === undefined);
    await createPod(container, { activeDeadlineSeconds: 1 });
    const unstarted = await cluster.until("its end", () => current().status?.phase === "Failed" && current());
    expect(unstarted.status?.containerStatuses?.[0]).toMatchObject({
      ready: false,
      restartCount: 0,
      state: {
        terminated: {
          exitCode: 137,
          reason: "ContainerStatusUnknown",
          message: "The container could not be located when the pod was terminated",
        },
      },
    });
  });

  it("is ready only with the conditions of its readiness gates", async () => {
    await createPod({}, { readinessGates: [{ conditionType: "example.com/open" }] });
    const pod = await running();
    expect(condition(pod, "Ready")).toMatchObject({
      status: "False",
      reason: "ReadinessGatesNotReady",
      message: 'corresponding condition of pod readiness gate "example.com/open" does not exist.',
    });
    const conditions = [{ type: "example.com/open", status: "True" }];
    await cluster.api.patch(
      { ...pods, subresource: "status" },
      { namespace, name: "pod" },
      { type: "strategic", body: { status: { conditions } } },
      { user: cluster.admin },
    );
    await cluster.until("it ready", () => condition(current(), "Ready")?.status === "True");
  });
});

function current(): Pod {
  return cluster.api.get(pods, { namespace, name: "pod" }) as Pod;
}

function condition(pod: Pod, type: string) {
  return pod.status?.conditions?.find((each) => each.type === type);
}

function running(): Promise<Pod> {
  return cluster.until("the pod running", () => current().status?.phase === "Running" && current());
}

async function createPod(container: object, spec: object = {}): Promise<void> {
  const containers = [{ name: "main", image: "busybox:1", ...container }];
  await create("v1", "Pod", "pod", { spec: { containers, ...spec } });
}

async function create(apiVersion: string, kind: string, name: string, rest: object): Promise<void> {
  await cluster.apply({ apiVersion, kind, metadata: { name, namespace }, ...rest });
}
