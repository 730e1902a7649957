import type { ApiObject, ObjectMeta, OwnerReference, ResourceRef } from "../api/object.js";
import type { ApiService, WriteOptions } from "../api/service.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import type { LabelSelector } from "./object-kinds.js";
import { locationOfObject, nameOf, namespaceOf } from "./object-keys.js";

/** The owner that manages the object; at most one reference says so. */
export function controllerOf(object: { metadata: ObjectMeta }): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

export function controllerReference(owner: ApiObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: nameOf(owner),
    uid: owner.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** The key of the owner of `kind` that manages the object, for the work queue of that kind. */
export function controllerKey(object: ApiObject, kind: string): string | undefined {
  const owner = controllerOf(object);
  return owner?.kind === kind ? `${namespaceOf(object)}/${owner.name}` : undefined;
}

export interface ClaimOptions {
  api: ApiService;
  ref: ResourceRef;
  owner: ApiObject;
  selector: LabelSelector;
  writes: WriteOptions;
}

/**
 * The objects in the owner's namespace that are its own: orphans that match the selector are adopted, owned ones that
 * no longer match are released.
 */
export async function claimOwned({ api, ref, owner, selector, writes }: ClaimOptions): Promise<ApiObject[]> {
  const matches = labelSelectorMatcher(selector);
  const owned: ApiObject[] = [];
  for (const object of api.list(ref, { namespace: namespaceOf(owner) })) {
    const controller = controllerOf(object);
    const isMatch = matches(object.metadata.labels);
    if (controller?.uid === owner.metadata.uid) {
      if (isMatch) owned.push(object);
      else if (!owner.metadata.deletionTimestamp) await release(api, ref, object, { owner, writes });
    } else if (controller === undefined && isMatch && mayAdopt(owner, object)) {
      owned.push(await adopt(api, ref, object, { owner, writes }));
    }
  }
  return owned;
}

function mayAdopt(owner: ApiObject, object: ApiObject): boolean {
  return owner.metadata.deletionTimestamp === undefined && object.metadata.deletionTimestamp === undefined;
}

function adopt(
  api: ApiService,
  ref: ResourceRef,
  object: ApiObject,
  { owner, writes }: { owner: ApiObject; writes: WriteOptions },
): Promise<ApiObject> {
  const { uid, ownerReferences = [] } = object.metadata;
  const body = { metadata: { uid, ownerReferences: [...ownerReferences, controllerReference(owner)] } };
  return api.patch(ref, locationOfObject(object), { type: "merge", body }, writes);
}

function release(
  api: ApiService,
  ref: ResourceRef,
  object: ApiObject,
  { owner, writes }: { owner: ApiObject; writes: WriteOptions },
): Promise<ApiObject> {
  const { uid, ownerReferences = [] } = object.metadata;
  const kept = ownerReferences.filter((reference) => reference.uid !== owner.metadata.uid);
  const body = { metadata: { uid, ownerReferences: kept } };
  return api.patch(ref, locationOfObject(object), { type: "merge", body }, writes);
}
