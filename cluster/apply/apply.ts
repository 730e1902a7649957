import { copyJson } from "../api/copy-json.js";
import { isRecord } from "../api/field-access.js";
import type { ApiObject, ObjectMeta, ResourceRef } from "../api/object.js";
import type { ObjectLocation, WriteOptions } from "../api/service.js";
import { badRequest, notFound } from "../api/status.js";
import type { ResourceType } from "../registry/resource-type.js";
import { apiVersionOf } from "../registry/resource-type.js";
import type { ApiCore } from "../rest/api-core.js";
import { findObject } from "../rest/api-core.js";
import { applyDefaults } from "../rest/complete.js";
import { createObject } from "../rest/create.js";
import { updateObject } from "../rest/update.js";
import { conflictError, findConflicts } from "./conflicts.js";
import { compareFields, fieldsOf } from "./field-diff.js";
import type { FieldSet } from "./field-set.js";
import { without } from "./field-set.js";
import type { AppliedFields } from "./managed-fields.js";
import { fieldsLastApplied, updateLastApplied } from "./last-applied.js";
import { managerName, managersAtApply } from "./managed-fields.js";
import { isSameManager } from "./managers.js";
import { mergeApplied } from "./merge-applied.js";
import { removeFields } from "./remove-fields.js";

export interface ApplyRequest {
  ref: ResourceRef;
  at: ObjectLocation;
  /** The configuration to apply, already decoded. */
  body: unknown;
  /** Takes fields other managers own with another value, instead of refusing. */
  force: boolean;
  /** Throws 403 where the author may change such an object but not create it. */
  authorizeCreate?: () => void;
}

/** Server-side apply; throws 409 with one cause per field somebody else owns. */
export async function apply(
  core: ApiCore,
  request: ApplyRequest,
  options: WriteOptions,
): Promise<{ object: ApiObject; isCreated: boolean }> {
  const { ref, at } = request;
  const type = core.registry.require(ref);
  const applied = checked(type, request);
  const owned = fieldsOf(applied, type.schema, core.resolve);
  if (findObject(core, type, at) === undefined) {
    if (ref.subresource !== undefined) throw notFound(type, at.name);
    request.authorizeCreate?.();
    const created = {
      namespace: at.namespace,
      object: applied,
      applied: { owned, taken: new Set<string>(), isChange: true },
    };
    return { object: await createObject(core, ref, created, options), isCreated: true };
  }
  const fields: AppliedFields = { owned, taken: new Set(), isChange: true };
  const compute = (old: ApiObject): ApiObject => {
    const result = applyTo(core, { type, old, applied, owned, request }, options);
    fields.taken = result.taken;
    fields.isChange = result.isChange;
    return result.object;
  };
  return {
    object: await updateObject(core, { ref, at, compute, applied: fields }, options),
    isCreated: false,
  };
}

function checked(type: ResourceType, { body, at }: ApplyRequest): ApiObject {
  if (!isRecord(body)) throw badRequest("error decoding YAML: the applied configuration is not an object");
  const object = body as ApiObject;
  const metadata: ObjectMeta = isRecord(object.metadata) ? object.metadata : {};
  if (metadata.managedFields !== undefined && metadata.managedFields.length > 0) {
    throw badRequest("metadata.managedFields must be nil");
  }
  if (metadata.name !== undefined && metadata.name !== at.name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${at.name})`,
    );
  }
  return {
    ...object,
    apiVersion: object.apiVersion ?? apiVersionOf(type),
    metadata: { ...metadata, name: at.name },
  };
}

interface Application {
  type: ResourceType;
  old: ApiObject;
  applied: ApiObject;
  owned: FieldSet;
  request: ApplyRequest;
}

function applyTo(
  core: ApiCore,
  { type, old, applied, owned, request }: Application,
  options: WriteOptions,
): { object: ApiObject; taken: FieldSet; isChange: boolean } {
  const { resourceVersion: _version, ...metadata } = old.metadata;
  const live = { ...old, metadata };
  const merged = copyJson(mergeApplied(live, applied, type.schema, core.resolve)) as ApiObject;
  const author = {
    name: managerName(options),
    operation: "Apply" as const,
    apiVersion: apiVersionOf(type),
    subresource: request.ref.subresource ?? "",
  };
  const managers = managersAtApply(core, type, old);
  const others = managers.filter((manager) => !isSameManager(manager, author));
  const previous = managers.find((manager) => isSameManager(manager, author))?.fields ?? new Set<string>();
  const kept = new Set([...owned, ...others.flatMap(({ fields }) => [...fields])]);
  removeFields(merged, { fields: without(previous, owned), kept }, type.schema, core.resolve);
  // What is only written differently, such as a quantity, is no conflict.
  const compared = copyJson(merged);
  applyDefaults(core, type, compared, old);
  const { changed, removed } = compareFields(live, compared, type.schema, core.resolve);
  const conflicts = findConflicts(others, changed).filter(({ key }) => owned.has(key));
  if (conflicts.length > 0 && !request.force) {
    const own = author.name === "kubectl" ? fieldsLastApplied(old, type.schema, core.resolve) : new Set();
    const refused = conflicts.filter(({ key }) => !own.has(key));
    if (refused.length > 0) throw conflictError(refused);
  }
  updateLastApplied(merged, author.name, applied);
  const isChange = changed.size > 0 || removed.size > 0;
  return { object: merged, taken: new Set(conflicts.map(({ key }) => key)), isChange };
}
