import { copyJson } from "../api/copy-json.js";
import { isRecord } from "../api/field-access.js";
import { isDeepStrictEqual } from "node:util";
import type { ApiObject, ObjectMeta, ResourceRef } from "../api/object.js";
import type { ObjectLocation, WriteOptions } from "../api/service.js";
import { conflict, invalid } from "../api/status.js";
import type { AppliedFields } from "../apply/managed-fields.js";
import { recordManager } from "../apply/managed-fields.js";
import { hasSubresource } from "../registry/resource-type.js";
import { convertStored } from "../registry/conversions.js";
import type { ResourceType } from "../registry/resource-type.js";
import { FieldErrors } from "../validation/field-errors.js";
import { requireObject, strategyFor } from "./api-core.js";
import type { ApiCore } from "./api-core.js";
import { admissionRequest } from "./admit.js";
import { completeChange } from "./complete.js";
import { carryMetadata, requireKind, versionFault, withoutReason } from "./metadata.js";
import { throughSubresource } from "./subresource-view.js";

/** Times a change without a resourceVersion is worked out anew because another came in between. */
const CONFLICT_RETRIES = 5;
const MODIFIED =
  "the object has been modified; please apply your changes to the latest version and try again";

export interface UpdatePlan {
  ref: ResourceRef;
  at: ObjectLocation;
  /** Works the wanted object out from the stored one; may be called again after a conflict. */
  compute: (old: ApiObject) => ApiObject;
  /** Comes with server-side apply; filled by `compute`. */
  applied?: AppliedFields;
  /** The object admission sees where the subresource has a body of its own, such as Scale. */
  admitted?: {
    kind: { group: string; version: string; kind: string };
    view: (object: ApiObject) => ApiObject;
  };
}

/** Changes a stored object; see `ApiService.update` and `patch`. */
export async function updateObject(
  core: ApiCore,
  plan: UpdatePlan,
  options: WriteOptions,
): Promise<ApiObject> {
  const { conversion } = core.registry.require(plan.ref);
  if (conversion !== undefined) {
    const { subresource } = plan.ref;
    const ref = { ...conversion.stored, ...(subresource !== undefined && { subresource }) };
    const compute = (stored: ApiObject): ApiObject => {
      const old = convertStored(conversion, stored);
      const wanted = plan.compute(old);
      const errors = new FieldErrors();
      conversion.validate?.(wanted, old, errors);
      if (!errors.isEmpty) throw invalid(core.registry.require(plan.ref), plan.at.name, errors.list);
      return conversion.toStored(wanted);
    };
    return conversion.fromStored(await updateObject(core, { ...plan, ref, compute }, options));
  }
  for (let attempt = 0; ; attempt++) {
    const old = requireObject(core, core.registry.require(plan.ref), plan.at);
    const wanted = copyJson(plan.compute(old));
    if (!isRecord(wanted.metadata)) wanted.metadata = {};
    const isPinned = hasVersion(wanted) && wanted.metadata.resourceVersion !== old.metadata.resourceVersion;
    if (isPinned) throw conflict(plan.ref, plan.at.name, MODIFIED);
    const result = await tryUpdate(core, plan, { old, wanted }, options);
    if (result !== undefined) return result;
    if (attempt >= CONFLICT_RETRIES) throw conflict(plan.ref, plan.at.name, MODIFIED);
  }
}

/** One attempt; `undefined` when the stored object changed while admission was deciding. */
async function tryUpdate(
  core: ApiCore,
  plan: UpdatePlan,
  { old, wanted }: { old: ApiObject; wanted: ApiObject },
  options: WriteOptions,
): Promise<ApiObject | undefined> {
  const type = core.registry.require(plan.ref);
  const claimed = wanted.metadata.managedFields;
  const object = prepare(core, type, { plan, old, wanted });
  await admitUpdate(core, type, { plan, old, object }, options);
  recordManager({
    core,
    type,
    object,
    old,
    options,
    claimed,
    operation: plan.applied ? "Apply" : "Update",
    ...(plan.applied && { applied: plan.applied }),
    ...(plan.ref.subresource !== undefined && { subresource: plan.ref.subresource }),
  });
  bumpGeneration(type, { object, old, subresource: plan.ref.subresource });
  if (core.store.get(type.storageKey, old.metadata.namespace ?? "", plan.at.name) === undefined) {
    return requireObject(core, type, plan.at);
  }
  if (requireObject(core, type, plan.at).metadata.resourceVersion !== old.metadata.resourceVersion) {
    return undefined;
  }
  object.metadata.resourceVersion = old.metadata.resourceVersion ?? "";
  if (isUnchanged(object, old)) {
    await core.store.settled();
    return old;
  }
  if (options.dryRun === true) return object;
  if (isFullyFinalized(object)) return core.store.remove(type.storageKey, object);
  return core.store.put(type.storageKey, object);
}

/** Throws 500 for a version that is no number, as a real API server does. */
function hasVersion(object: ApiObject): boolean {
  const { resourceVersion = "" } = object.metadata;
  if (resourceVersion === "") return false;
  const fault = versionFault(resourceVersion);
  if (fault !== undefined) throw withoutReason(fault);
  return Number(resourceVersion) !== 0;
}

function prepare(
  core: ApiCore,
  type: ResourceType,
  { plan, old, wanted }: { plan: UpdatePlan; old: ApiObject; wanted: ApiObject },
): ApiObject {
  const { subresource } = plan.ref;
  const object = throughSubresource(subresource, old, wanted);
  requireKind(type, object);
  requireSameUid(type, object, old);
  carryMetadata(object.metadata, old.metadata);
  if (subresource === undefined && hasSubresource(type, "status")) {
    if (old["status"] === undefined) delete object["status"];
    else object["status"] = copyJson(old["status"]);
  }
  if (subresource === undefined) strategyFor(type).prepareUpdate?.(object, old, core.store);
  return object;
}

function requireSameUid(type: ResourceType, object: ApiObject, old: ApiObject): void {
  const { uid } = object.metadata;
  if (uid === undefined || uid === "" || uid === old.metadata.uid) return;
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ""}`;
  const place = `Key: ${registryKey(type, old.metadata)}, ResourceVersion: 0`;
  throw conflict(
    type,
    old.metadata.name ?? "",
    `StorageError: invalid object, Code: 4, ${place}, AdditionalErrorMsg: ${why}`,
  );
}

/** Where a real API server keeps the resource, for those that it keeps under another name. */
const REGISTRY_PREFIXES: Record<string, string> = {
  "/services": "services/specs",
  "/endpoints": "services/endpoints",
  "/nodes": "minions",
};

/** The key of an object in the store of a real API server, which its refusals show. */
function registryKey(
  { group, resource, custom }: ResourceType,
  { namespace, name = "" }: ObjectMeta,
): string {
  const prefix =
    custom === undefined ? (REGISTRY_PREFIXES[`${group}/${resource}`] ?? resource) : `${group}/${resource}`;
  return ["/registry", prefix, ...(namespace === undefined ? [] : [namespace]), name].join("/");
}

async function admitUpdate(
  core: ApiCore,
  type: ResourceType,
  { plan, old, object }: { plan: UpdatePlan; old: ApiObject; object: ApiObject },
  options: WriteOptions,
): Promise<void> {
  const { subresource } = plan.ref;
  const seen = plan.admitted?.view(object) ?? object;
  const seenOld = plan.admitted?.view(old) ?? old;
  const request = admissionRequest({
    operation: "UPDATE",
    type,
    ...(subresource !== undefined && { subresource }),
    ...(plan.admitted && { kind: plan.admitted.kind }),
    namespace: old.metadata.namespace ?? "",
    name: plan.at.name,
    object: seen,
    oldObject: seenOld,
    options,
  });
  await completeChange(core, type, { object, old, request });
}

/** Counts a change of anything but metadata and status; being bound to a node is none. */
function bumpGeneration(
  type: ResourceType,
  { object, old, subresource }: { object: ApiObject; old: ApiObject; subresource: string | undefined },
): void {
  const strategy = strategyFor(type);
  if (strategy.hasGeneration !== true) return;
  const generation = old.metadata.generation ?? 1;
  const isChanged =
    subresource !== "binding" &&
    (!isDeepStrictEqual(desiredState(type, object), desiredState(type, old)) ||
      (strategy.countsAnnotations?.(object, old) ?? false));
  object.metadata.generation = isChanged ? generation + 1 : generation;
}

/** A custom kind without a status subresource has no status of its own standing. */
function desiredState(type: ResourceType, object: ApiObject): Record<string, unknown> {
  const { metadata: _metadata, status, ...desired } = object;
  const isPart = type.custom !== undefined && !hasSubresource(type, "status");
  return isPart ? { ...desired, status } : desired;
}

function isUnchanged(object: ApiObject, old: ApiObject): boolean {
  return isDeepStrictEqual(comparable(object), comparable(old));
}

/** The times of managed fields do not make a change. */
function comparable(object: ApiObject): unknown {
  const managedFields = (object.metadata.managedFields ?? []).map((entry) => ({
    ...(entry as Record<string, unknown>),
    time: "",
  }));
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** Whether nothing keeps a deleted object any more. */
export function isFullyFinalized(object: ApiObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (deletionTimestamp === undefined || (finalizers ?? []).length > 0) return false;
  const spec = object["spec"] as { finalizers?: unknown[] } | undefined;
  if (object.kind === "Namespace" && (spec?.finalizers ?? []).length > 0) return false;
  return (deletionGracePeriodSeconds ?? 0) === 0;
}
