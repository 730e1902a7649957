import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "./object-kinds.js";
import { persistentVolumeClaims, persistentVolumes, pods } from "./resource-refs.js";

const namespace = "lab";

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await startTestCluster();
  await cluster.createNamespace(namespace);
});
afterEach(() => cluster.stop());

describe("a PersistentVolumeClaim", () => {
  it("of no class gets the default one, and a volume that is said to store nothing", async () => {
    const claim = await createClaim("data");
    expect(claim["spec"]).toMatchObject({ storageClassName: "standard" });
    const { spec, status } = await bound("data");
    expect(spec.volumeName).toBe(`pvc-${claim.metadata.uid}`);
    expect(status).toEqual({
      phase: "Bound",
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "1Gi" },
    });
    await cluster.until("its event", () =>
      cluster
        .eventsOf(claim)
        .includes(
          `ProvisioningSucceeded: Successfully provisioned volume pvc-${claim.metadata.uid} (simulated by Lectern: nothing is stored)`,
        ),
    );
    await remove(persistentVolumeClaims, { namespace, name: "data" });
    await cluster.until("no volume", () => cluster.api.list(persistentVolumes).length === 0);
  });

  it("is bound to the smallest volume of its class that has what it asks for", async () => {
    await createVolume("large", { capacity: { storage: "5Gi" } });
    await createVolume("small", { capacity: { storage: "512Mi" } });
    await createVolume("right", { capacity: { storage: "2Gi" } });
    await createVolume("other", { storageClassName: "else" });
    await createClaim("data", { storageClassName: "manual" });
    const claim = await bound("data");
    expect(claim.spec.volumeName).toBe("right");
    expect(claim.status).toMatchObject({ capacity: { storage: "2Gi" } });
    expect(claim.metadata.annotations).toMatchObject({ "pv.kubernetes.io/bind-completed": "yes" });
    expect(volume("right")).toMatchObject({
      spec: { claimRef: { namespace, name: "data", uid: claim.metadata.uid } },
      status: { phase: "Bound" },
    });
    expect(volume("small").status?.phase).toBe("Available");
    await remove(persistentVolumeClaims, { namespace, name: "data" });
    await cluster.until("it released", () => volume("right").status?.phase === "Released");
  });

  it("of several at once gets a volume of its own", async () => {
    for (const name of ["a", "b", "c"]) await createVolume(name);
    for (const name of ["x", "y", "z"]) await createClaim(name, { storageClassName: "manual" });
    const claims = await Promise.all(["x", "y", "z"].map(bound));
    expect(claims.map(({ spec }) => spec.volumeName ?? "").toSorted((a, b) => a.localeCompare(b))).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  it.each([
    ["", "FailedBinding: no persistent volumes available for this claim and no storage class is set"],
    ["none", 'ProvisioningFailed: storageclass.storage.k8s.io "none" not found'],
    [
      "slow",
      "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'example.com/slow' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    ],
  ])("of the class %j stays Pending and says why", async (storageClassName, text) => {
    await createClass("slow", { provisioner: "example.com/slow" });
    const claim = await createClaim("data", { storageClassName });
    await cluster.until("its event", () => cluster.eventsOf(claim).includes(text));
    expect(find("data").status?.phase).toBe("Pending");
  });

  it("waits for a pod where its class says so", async () => {
    const volumeBindingMode = "WaitForFirstConsumer";
    await createClass("late", { provisioner: "lectern.dev/simulated", volumeBindingMode });
    const claim = await createClaim("data", { storageClassName: "late" });
    await cluster.until("its event", () =>
      cluster
        .eventsOf(claim)
        .includes("WaitForFirstConsumer: waiting for first consumer to be created before binding"),
    );
    expect(find("data").status?.phase).toBe("Pending");
    await createPod("data");
    await bound("data");
    await cluster.until("the pod running", () => pod().status?.phase === "Running");
  });

  it("outlives its deletion while a pod uses it", async () => {
    await createClaim("data");
    await createPod("data");
    await cluster.until("the pod running", () => pod().status?.phase === "Running");
    await remove(persistentVolumeClaims, { namespace, name: "data" });
    expect(find("data").metadata).toMatchObject({ finalizers: ["kubernetes.io/pvc-protection"] });
    await remove(pods, { namespace, name: "pod" });
    await cluster.until("it gone", () => findAny("data") === undefined);
  });

  it("goes at once where the pod that names it is on no node", async () => {
    await createClaim("data", { storageClassName: "" });
    await createPod("data");
    await cluster.until("the pod waiting", () => (pod().status?.conditions ?? []).length > 0);
    await remove(persistentVolumeClaims, { namespace, name: "data" });
    await cluster.until("it gone", () => findAny("data") === undefined);
  });

  it("that names its volume waits for that without a word", async () => {
    const named = await createClaim("named", { storageClassName: "", volumeName: "none" });
    const free = await createClaim("free", { storageClassName: "" });
    await cluster.until("what is said of the other", () => cluster.eventsOf(free).length > 0);
    expect(cluster.eventsOf(named)).toEqual([]);
  });

  it("is lost with its volume", async () => {
    await createVolume("disk");
    const claim = await createClaim("data", { storageClassName: "manual" });
    await bound("data");
    const body = { metadata: { finalizers: null } };
    await remove(persistentVolumes, { name: "disk" });
    expect(volume("disk").metadata.deletionTimestamp).toBeDefined();
    const options = { user: cluster.admin };
    await cluster.api.patch(persistentVolumes, { name: "disk" }, { type: "merge", body }, options);
    await cluster.until("it lost", () => find("data").status?.phase === "Lost");
    const text = "ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!";
    await cluster.until("its event", () => cluster.eventsOf(claim).includes(text));
  });
});

describe("a pod with a claim", () => {
  it("is not scheduled while the claim is not there", async () => {
    await createPod("none");
    await cluster.until("its event", () =>
      cluster
        .eventsOf(pod())
        .some((text) =>
          text.startsWith(
            'FailedScheduling: 0/1 nodes are available: persistentvolumeclaim "none" not found.',
          ),
        ),
    );
    expect(pod().status?.phase).toBe("Pending");
    await createClaim("none");
    await cluster.until("it running", () => pod().status?.phase === "Running");
  });

  it("is not scheduled while the claim is not bound", async () => {
    await createClaim("data", { storageClassName: "" });
    await createPod("data");
    await cluster.until("its event", () =>
      cluster
        .eventsOf(pod())
        .some((text) =>
          text.startsWith(
            "FailedScheduling: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
          ),
        ),
    );
    await createVolume("disk", { storageClassName: "" });
    await cluster.until("it running", () => pod().status?.phase === "Running");
  });
});

function find(name: string): PersistentVolumeClaim {
  return cluster.api.get(persistentVolumeClaims, { namespace, name }) as PersistentVolumeClaim;
}

function findAny(name: string): ApiObject | undefined {
  return cluster.api.find(persistentVolumeClaims, { namespace, name });
}

function volume(name: string): PersistentVolume {
  return cluster.api.get(persistentVolumes, { name }) as PersistentVolume;
}

function pod(): Pod {
  return cluster.api.get(pods, { namespace, name: "pod" }) as Pod;
}

function bound(name: string): Promise<PersistentVolumeClaim> {
  return cluster.until(`claim ${name} bound`, () => {
    const claim = find(name);
    return claim.status?.phase === "Bound" && claim;
  });
}

function remove(ref: typeof pods, at: { namespace?: string; name: string }): Promise<ApiObject> {
  return cluster.api.delete(ref, at, { user: cluster.admin });
}

function createClaim(name: string, spec: object = {}): Promise<ApiObject> {
  const resources = { requests: { storage: "1Gi" } };
  return cluster.apply({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, namespace },
    spec: { accessModes: ["ReadWriteOnce"], resources, ...spec },
  });
}

async function createVolume(name: string, spec: object = {}): Promise<void> {
  const base = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], storageClassName: "manual" };
  const hostPath = { path: "/data" };
  await cluster.apply({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: { ...base, hostPath, ...spec },
  });
  await cluster.until(`volume ${name} free or taken`, () => volume(name).status?.phase !== "Pending");
}

async function createClass(name: string, rest: object): Promise<void> {
  await cluster.apply({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata: { name }, ...rest });
}

async function createPod(claimName: string): Promise<void> {
  const volumes = [{ name: "v", persistentVolumeClaim: { claimName } }];
  const containers = [{ name: "main", image: "nginx:1", volumeMounts: [{ name: "v", mountPath: "/v" }] }];
  await cluster.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod", namespace },
    spec: { volumes, containers },
  });
}
