import type { ApiObject } from "../api/object.js";
import { claimNamesOf } from "./claim-readiness.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import type { EventRecorder } from "./event-recorder.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from "./object-kinds.js";
import { isActivePod } from "./pod-state.js";
import {
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  statusOf,
  storageClasses,
} from "./resource-refs.js";
import { bindsAtFirstUse, classNameOf, classOf, matchingVolume } from "./volume-matching.js";
import { SIMULATED_PROVISIONER } from "./volume-matching.js";

const NAME = "persistentvolume-controller";
const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";

/** Binds claims to volumes, and makes the volumes of the class whose provisioner only plays. */
export function createVolumeBinder(context: ControllerContext): Controller {
  const { api } = context;
  const binder = new VolumeBinder(context);
  const addUnbound = (add: (key: string) => void): void => {
    for (const claim of api.list(persistentVolumeClaims) as PersistentVolumeClaim[])
      if (claim.status?.phase !== "Bound") add(keyOf(claim));
  };
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(persistentVolumeClaims, ({ object }) => queue.add(keyOf(object))),
      api.watch(storageClasses, () => addUnbound((key) => queue.add(key))),
      api.watch(persistentVolumes, ({ type, object }) => {
        const { claimRef } = (object as PersistentVolume).spec;
        if (claimRef !== undefined) queue.add(`${claimRef.namespace}/${claimRef.name}`);
        else if (type !== "DELETED") addUnbound((key) => queue.add(key));
      }),
      api.watch(pods, ({ type, object }) => {
        if (type === "DELETED") return;
        for (const name of claimNamesOf(object as Pod)) queue.add(`${namespaceOf(object)}/${name}`);
      }),
    ],
    reconcile: async (key) => {
      const claim = api.find(persistentVolumeClaims, locationOfKey(key)) as PersistentVolumeClaim | undefined;
      if (claim === undefined) return;
      if (claim.status?.phase === "Bound") await binder.check(claim);
      else if (claim.metadata.deletionTimestamp === undefined) await binder.bind(claim);
    },
  };
}

class VolumeBinder {
  readonly #context: ControllerContext;
  readonly #recorder: EventRecorder;
  readonly #writes = writesOf(NAME);
  /** What was last said on a claim that waits, by uid. */
  readonly #told = new Map<string, string>();

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#recorder = context.recorder(NAME);
  }

  /** Says on a bound claim when its volume is gone. */
  async check(claim: PersistentVolumeClaim): Promise<void> {
    const name = claim.spec.volumeName ?? "";
    this.#told.delete(claim.metadata.uid ?? "");
    if (this.#context.api.find(persistentVolumes, { name }) !== undefined) return;
    const message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!";
    await this.#writeStatus(persistentVolumeClaims, claim, { phase: "Lost" });
    this.#recorder.record(claim, { type: "Warning", reason: "ClaimLost", message });
  }

  async bind(claim: PersistentVolumeClaim): Promise<void> {
    if (claim.status?.phase === "Lost") return;
    const { api } = this.#context;
    if (bindsAtFirstUse(api, claim) && !this.#isUsed(claim)) {
      return this.#tell(claim, "Normal", "WaitForFirstConsumer", WAITING_TEXT);
    }
    const volume = matchingVolume(api, claim);
    if (volume !== undefined) return this.#bindTo(claim, volume);
    // One that names its volume waits for that, and gets no other.
    if ((claim.spec.volumeName ?? "") !== "") return;
    const storageClass = classOf(api, claim);
    const className = classNameOf(claim);
    if (className === "") return this.#tell(claim, "Normal", "FailedBinding", NO_VOLUME_TEXT);
    if (storageClass === undefined) {
      const missing = `storageclass.storage.k8s.io "${className}" not found`;
      return this.#tell(claim, "Warning", "ProvisioningFailed", missing);
    }
    if (storageClass.provisioner !== SIMULATED_PROVISIONER) {
      return this.#tell(claim, "Normal", "ExternalProvisioning", externalText(storageClass.provisioner));
    }
    // Only the claim's own volume may be made for it: a name that somebody gave is waited for.
    if ((claim.spec.volumeName ?? "") !== "") return;
    await this.#provision(claim, storageClass);
  }

  async #provision(claim: PersistentVolumeClaim, storageClass: StorageClass): Promise<void> {
    const name = `pvc-${claim.metadata.uid ?? ""}`;
    const { accessModes = [], volumeMode = "Filesystem", resources } = claim.spec;
    const volume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name, annotations: { [PROVISIONED_BY]: SIMULATED_PROVISIONER } },
      spec: {
        capacity: { storage: resources?.requests?.["storage"] ?? "0" },
        accessModes,
        volumeMode,
        claimRef: referenceTo(claim),
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
        storageClassName: nameOf(storageClass),
        csi: { driver: SIMULATED_PROVISIONER, volumeHandle: name },
      },
    };
    const { api } = this.#context;
    if (api.find(persistentVolumes, { name }) === undefined) {
      await api.create(persistentVolumes, undefined, volume, this.#writes);
    }
    const message = `Successfully provisioned volume ${name} (simulated by Lectern: nothing is stored)`;
    this.#recorder.record(claim, { type: "Normal", reason: "ProvisioningSucceeded", message });
  }

  /** The volume first, so that no two claims can have it. */
  async #bindTo(claim: PersistentVolumeClaim, volume: PersistentVolume): Promise<void> {
    const { api } = this.#context;
    if (volume.spec.claimRef?.uid !== claim.metadata.uid || volume.status?.phase !== "Bound") {
      const next = structuredClone(volume);
      if (volume.spec.claimRef === undefined)
        next.metadata.annotations = { ...next.metadata.annotations, [BOUND_BY_CONTROLLER]: "yes" };
      next.spec.claimRef = referenceTo(claim);
      // A volume that another claim took meanwhile is another version, and refused.
      const kept = (await api.update(persistentVolumes, next, this.#writes)) as PersistentVolume;
      await this.#writeStatus(persistentVolumes, kept, { ...kept.status, phase: "Bound" });
    }
    const marks = {
      [BIND_COMPLETED]: "yes",
      ...((claim.spec.volumeName ?? "") === "" && { [BOUND_BY_CONTROLLER]: "yes" }),
    };
    const body = { metadata: { annotations: marks }, spec: { volumeName: nameOf(volume) } };
    const at = { namespace: namespaceOf(claim), name: nameOf(claim) };
    const bound = await api.patch(persistentVolumeClaims, at, { type: "merge", body }, this.#writes);
    const { accessModes = [], capacity = {} } = volume.spec;
    await this.#writeStatus(persistentVolumeClaims, bound, { phase: "Bound", accessModes, capacity });
  }

  async #writeStatus(
    ref: typeof persistentVolumes,
    object: ApiObject,
    status: Record<string, unknown>,
  ): Promise<void> {
    await this.#context.api.update(statusOf(ref), { ...structuredClone(object), status }, this.#writes);
  }

  #isUsed(claim: PersistentVolumeClaim): boolean {
    const all = this.#context.api.list(pods, { namespace: namespaceOf(claim) }) as Pod[];
    return all.some((pod) => isActivePod(pod) && claimNamesOf(pod).includes(nameOf(claim)));
  }

  #tell(claim: PersistentVolumeClaim, type: "Normal" | "Warning", reason: string, message: string): void {
    const uid = claim.metadata.uid ?? "";
    if (this.#told.get(uid) === message) return;
    this.#told.set(uid, message);
    this.#recorder.record(claim, { type, reason, message });
  }
}

const WAITING_TEXT = "waiting for first consumer to be created before binding";
const NO_VOLUME_TEXT = "no persistent volumes available for this claim and no storage class is set";

function externalText(provisioner: string): string {
  return `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
}

function referenceTo(claim: PersistentVolumeClaim): NonNullable<PersistentVolume["spec"]["claimRef"]> {
  const { uid = "", resourceVersion = "" } = claim.metadata;
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    namespace: namespaceOf(claim),
    name: nameOf(claim),
    uid,
    resourceVersion,
  };
}
