import type { ApiObject, ResourceRef } from "../api/object.js";
import { claimNamesOf } from "./claim-readiness.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { keyOf, locationOfKey, locationOfObject, nameOf, namespaceOf } from "./object-keys.js";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "./object-kinds.js";
import { persistentVolumeClaims, persistentVolumes, pods, statusOf } from "./resource-refs.js";
import { isKeptFor, SIMULATED_PROVISIONER } from "./volume-matching.js";

/** Holds a claim while a pod uses it, and a volume while a claim does. */
export const CLAIM_PROTECTION = "kubernetes.io/pvc-protection";
export const VOLUME_PROTECTION = "kubernetes.io/pv-protection";

/** Says of each volume whether it is free, and gives up those whose claim is gone. */
export function createVolumeLifecycle({ api }: ControllerContext): Controller {
  const writes = writesOf("persistentvolume-controller");
  const phaseOf = (volume: PersistentVolume): string | undefined => {
    const { claimRef } = volume.spec;
    const known = volume.status?.phase ?? "Pending";
    if (claimRef === undefined) return known === "Pending" ? "Available" : undefined;
    const at = { namespace: claimRef.namespace, name: claimRef.name };
    const claim = api.find(persistentVolumeClaims, at) as PersistentVolumeClaim | undefined;
    if (claim !== undefined && isKeptFor(volume, claim)) return undefined;
    // Kept for a claim that is still to come, the volume is free.
    if (claimRef.uid === undefined || claimRef.uid === "")
      return known === "Pending" ? "Available" : undefined;
    return known === "Released" ? undefined : "Released";
  };
  return {
    name: "volume-lifecycle",
    watch: (queue) => [
      api.watch(persistentVolumes, ({ object }) => queue.add(keyOf(object))),
      api.watch(persistentVolumeClaims, ({ type, object }) => {
        const { volumeName = "" } = (object as PersistentVolumeClaim).spec;
        if (type === "DELETED" && volumeName !== "") queue.add(`/${volumeName}`);
      }),
    ],
    reconcile: async (key) => {
      const volume = api.find(persistentVolumes, locationOfKey(key)) as PersistentVolume | undefined;
      if (volume === undefined) return;
      if (volume.metadata.deletionTimestamp !== undefined) {
        const isBound = volume.status?.phase === "Bound" && phaseOf(volume) === undefined;
        if (!isBound) await letGo(api, persistentVolumes, volume, VOLUME_PROTECTION);
        return;
      }
      const phase = phaseOf(volume);
      if (phase === undefined) return;
      const status = { ...volume.status, phase };
      await api.update(statusOf(persistentVolumes), { ...structuredClone(volume), status }, writes);
      const { persistentVolumeReclaimPolicy, csi } = volume.spec;
      const isOurs = csi?.driver === SIMULATED_PROVISIONER;
      if (phase === "Released" && isOurs && persistentVolumeReclaimPolicy === "Delete") {
        await api.delete(persistentVolumes, locationOfObject(volume), writes);
      }
    },
  };
}

/** Lets a claim go that is to be deleted, once no pod uses it. */
export function createClaimProtection({ api }: ControllerContext): Controller {
  return {
    name: "claim-protection",
    watch: (queue) => [
      api.watch(persistentVolumeClaims, ({ object }) => {
        if (object.metadata.deletionTimestamp !== undefined) queue.add(keyOf(object));
      }),
      api.watch(pods, ({ object }) => {
        for (const name of claimNamesOf(object as Pod)) queue.add(`${namespaceOf(object)}/${name}`);
      }),
    ],
    reconcile: async (key) => {
      const claim = api.find(persistentVolumeClaims, locationOfKey(key));
      if (claim?.metadata.deletionTimestamp === undefined) return;
      const all = api.list(pods, { namespace: namespaceOf(claim) }) as Pod[];
      const isUsed = all.some(
        (pod) =>
          // One that is on no node yet uses nothing.
          pod.spec.nodeName !== undefined &&
          pod.status?.phase !== "Succeeded" &&
          pod.status?.phase !== "Failed" &&
          claimNamesOf(pod).includes(nameOf(claim)),
      );
      if (!isUsed) await letGo(api, persistentVolumeClaims, claim, CLAIM_PROTECTION);
    },
  };
}

async function letGo(
  api: ControllerContext["api"],
  ref: ResourceRef,
  object: ApiObject,
  finalizer: string,
): Promise<void> {
  const { finalizers = [], uid } = object.metadata;
  if (!finalizers.includes(finalizer)) return;
  const kept = finalizers.filter((name) => name !== finalizer);
  const body = { metadata: { uid, finalizers: kept.length > 0 ? kept : null } };
  const writes = writesOf("pvc-protection-controller");
  await api.patch(ref, locationOfObject(object), { type: "merge", body }, writes);
}
