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

/** The objects `owner` controls, read from an index. */
export function controlledBy(api: ApiService, ref: ResourceRef, owner: ApiObject): ApiObject[] {
  return api.index(ref, controllerKeys).get(owner.metadata.uid ?? "");
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
  for (const object of controlledBy(api, ref, owner)) {
    if (matches(object.metadata.labels)) owned.push(object);
    else if (!owner.metadata.deletionTimestamp) await release(api, ref, object, { owner, writes });
  }
  for (const object of api.index(ref, controllerKeys).get(uncontrolledKey(owner))) {
    if (!matches(object.metadata.labels) || !mayAdopt(owner, object)) continue;
    owned.push(await adopt(api, ref, object, { owner, writes }));
  }
  return owned;
}

/** By the uid of the controller; what has none, by its namespace. */
function controllerKeys(object: ApiObject): string[] {
  return [controllerOf(object)?.uid ?? uncontrolledKey(object)];
}

/** No uid begins like this. */
function uncontrolledKey(object: ApiObject): string {
  return `/${namespaceOf(object)}`;
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
