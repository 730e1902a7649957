import { copyJson } from "../api/copy-json.js";
import type { ApiObject, ResourceRef } from "../api/object.js";
import { numberAt, textAt } from "../api/field-access.js";
import type { DeleteOptions, ObjectLocation } from "../api/service.js";
import { conflict } from "../api/status.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { ApiCore } from "./api-core.js";
import { requireObject } from "./api-core.js";
import { admissionRequest, mutateByAdmission, validateByAdmission } from "./admit.js";
import { isFullyFinalized } from "./update.js";
import { timestamp } from "../validation/timestamp.js";

const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";
/** Seconds a pod is given to end when neither it nor the request says otherwise. */
const DEFAULT_GRACE_SECONDS = 30;

/** Deletes an object, or marks it where finalizers or a grace period hold it; see `ApiService.delete`. */
export async function deleteObject(
  core: ApiCore,
  ref: ResourceRef,
  at: ObjectLocation,
  options: DeleteOptions,
): Promise<ApiObject> {
  const type = core.registry.require(ref);
  if (type.conversion !== undefined) return deleteObject(core, type.conversion.stored, at, options);
  const old = requireObject(core, type, at);
  requirePreconditions(type, old, options);
  const namespace = old.metadata.namespace ?? "";
  const request = admissionRequest({
    operation: "DELETE",
    type,
    namespace,
    name: options.isOfCollection === true ? "" : at.name,
    oldObject: old,
    options,
  });
  await mutateByAdmission(core, request);
  await validateByAdmission(core, request);
  const current = requireObject(core, type, at);
  requirePreconditions(type, current, options);
  return remove(core, type, current, options);
}

async function remove(
  core: ApiCore,
  type: ResourceType,
  current: ApiObject,
  options: DeleteOptions,
): Promise<ApiObject> {
  const marked = markDeleted(core, type, current, options);
  const isRemoved = isFullyFinalized(marked);
  if (options.dryRun === true) return isRemoved ? current : marked;
  // What goes at once was never seen to be going; only pods say until when they had.
  if (isRemoved) return core.store.remove(type.storageKey, isPod(type) ? marked : current);
  if (!isSameMark(marked, current)) return core.store.put(type.storageKey, marked);
  await core.store.settled();
  return current;
}

function requirePreconditions(type: ResourceType, object: ApiObject, { preconditions }: DeleteOptions): void {
  const { uid, resourceVersion, name = "" } = object.metadata;
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    const why = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid ?? ""}). The object might have been deleted and then recreated`;
    throw conflict({ group: "", resource: type.kind }, name, why);
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion ?? ""}). The object might have been modified`;
    throw conflict({ group: "", resource: type.kind }, name, why);
  }
}

/** A copy that bears the time of deletion and the finalizers the propagation policy asks for. */
function markDeleted(
  core: ApiCore,
  type: ResourceType,
  current: ApiObject,
  options: DeleteOptions,
): ApiObject {
  const object = copyJson(current);
  const { metadata } = object;
  const grace = graceSeconds(type, object, options);
  const isShorter = grace < (metadata.deletionGracePeriodSeconds ?? Infinity);
  if (metadata.deletionTimestamp === undefined || (isPod(type) && isShorter)) {
    metadata.deletionTimestamp = timestamp(new Date(core.now().getTime() + grace * 1000));
    if (type.group !== "" || type.kind !== "Namespace") metadata.deletionGracePeriodSeconds = grace;
    if (metadata.generation !== undefined) metadata.generation += 1;
  }
  setPropagation(object, options);
  if (type.group === "" && type.kind === "Namespace") {
    object["status"] = { ...(object["status"] as object | undefined), phase: "Terminating" };
  }
  return object;
}

function graceSeconds(type: ResourceType, object: ApiObject, options: DeleteOptions): number {
  if (!isPod(type)) return 0;
  const phase = textAt(object, "status.phase");
  if (phase === "Succeeded" || phase === "Failed" || textAt(object, "spec.nodeName") === "") return 0;
  const wanted = options.gracePeriodSeconds;
  return wanted ?? numberAt(object, "spec.terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS);
}

function isPod(type: ResourceType): boolean {
  return type.group === "" && type.kind === "Pod";
}

function setPropagation(object: ApiObject, { propagationPolicy }: DeleteOptions): void {
  if (propagationPolicy === undefined) return;
  const others = (object.metadata.finalizers ?? []).filter((name) => name !== FOREGROUND && name !== ORPHAN);
  const added = { Background: [], Foreground: [FOREGROUND], Orphan: [ORPHAN] }[propagationPolicy];
  const finalizers = [...others, ...added];
  if (finalizers.length === 0) delete object.metadata.finalizers;
  else object.metadata.finalizers = finalizers;
}

function isSameMark(a: ApiObject, b: ApiObject): boolean {
  return markOf(a) === markOf(b);
}

function markOf({ metadata }: ApiObject): string {
  return JSON.stringify([
    metadata.deletionTimestamp,
    metadata.deletionGracePeriodSeconds,
    metadata.finalizers,
  ]);
}
