import { isDeepStrictEqual } from "node:util";
import type { ApiService } from "../api/service.js";
import { compareQuantities } from "../schema/quantity.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import { nameOf, namespaceOf } from "./object-keys.js";
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from "./object-kinds.js";
import { persistentVolumes, storageClasses } from "./resource-refs.js";

/** The provisioner of the class `standard`: it makes volumes that store nothing, and says so. */
export const SIMULATED_PROVISIONER = "lectern.dev/simulated";

/** The class a claim asks for; `undefined` where it asks for none or there is no such class. */
export function classOf(api: ApiService, claim: PersistentVolumeClaim): StorageClass | undefined {
  const name = classNameOf(claim);
  return name === "" ? undefined : (api.find(storageClasses, { name }) as StorageClass | undefined);
}

export function classNameOf({ metadata, spec }: PersistentVolumeClaim | PersistentVolume): string {
  return metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? spec.storageClassName ?? "";
}

/** Whether the claim waits for a pod before it is bound. */
export function bindsAtFirstUse(api: ApiService, claim: PersistentVolumeClaim): boolean {
  return classOf(api, claim)?.volumeBindingMode === "WaitForFirstConsumer";
}

/** The smallest free volume that has what the claim asks for, or the one that is kept for it. */
export function matchingVolume(api: ApiService, claim: PersistentVolumeClaim): PersistentVolume | undefined {
  const all = api.list(persistentVolumes) as PersistentVolume[];
  const kept = all.find((volume) => isKeptFor(volume, claim));
  if (kept !== undefined) return kept;
  const { volumeName = "" } = claim.spec;
  const fitting = all.filter((volume) => {
    const isFree = volume.spec.claimRef === undefined && volume.status?.phase === "Available";
    if (!isFree || volume.metadata.deletionTimestamp !== undefined) return false;
    return volumeName === "" ? satisfies(volume, claim) : nameOf(volume) === volumeName;
  });
  return fitting.toSorted((a, b) => compareQuantities(capacityOf(a), capacityOf(b)))[0];
}

export function isKeptFor({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { claimRef } = spec;
  if (claimRef === undefined) return false;
  if (claimRef.namespace !== namespaceOf(claim) || claimRef.name !== nameOf(claim)) return false;
  return claimRef.uid === undefined || claimRef.uid === "" || claimRef.uid === claim.metadata.uid;
}

function satisfies(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { accessModes = [], volumeMode = "Filesystem", selector, resources } = claim.spec;
  const wanted = resources?.requests?.["storage"] ?? "0";
  return (
    classNameOf(volume) === classNameOf(claim) &&
    accessModes.every((mode) => volume.spec.accessModes?.includes(mode)) &&
    isDeepStrictEqual(volume.spec.volumeMode ?? "Filesystem", volumeMode) &&
    compareQuantities(capacityOf(volume), wanted) >= 0 &&
    (selector === undefined || labelSelectorMatcher(selector)(volume.metadata.labels))
  );
}

function capacityOf({ spec }: PersistentVolume): string {
  return spec.capacity?.["storage"] ?? "0";
}
