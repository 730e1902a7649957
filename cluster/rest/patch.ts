import { copyJson } from "../api/copy-json.js";
import type { JsonObject } from "../api/field-access.js";
import { isRecord } from "../api/field-access.js";
import type { ApiObject, ResourceRef } from "../api/object.js";
import type { ObjectLocation, PatchType, WriteOptions } from "../api/service.js";
import { badRequest, invalid, StatusError, unsupportedMediaType } from "../api/status.js";
import { applyJsonPatch } from "../patch/json-patch.js";
import { applyMergePatch } from "../patch/merge-patch.js";
import { cannotUnmarshal, goText } from "../patch/go-text.js";
import { applyStrategicMergePatch } from "../patch/strategic-merge.js";
import type { ResourceType } from "../registry/resource-type.js";
import { apiVersionOf } from "../registry/resource-type.js";
import type { ApiCore } from "./api-core.js";
import { kindFault } from "./metadata.js";
import { updateObject } from "./update.js";

export interface Patch {
  type: PatchType;
  body: unknown;
}

/** Checks and cleans the object a patch made, as a body sent whole would be. */
export type DecodePatched = (object: JsonObject, fail: (why: string) => Error) => void;

/** Applies a patch other than server-side apply to a stored object; see `ApiService.patch`. */
export async function patchObject(
  core: ApiCore,
  { ref, at, patch, decode }: { ref: ResourceRef; at: ObjectLocation; patch: Patch; decode: DecodePatched },
  options: WriteOptions,
): Promise<ApiObject> {
  const type = core.registry.require(ref);
  const compute = (old: ApiObject): ApiObject => {
    const patched = applyPatch(core, type, old, patch);
    // Taken before decoding changes the object, and made into a text only where it is refused.
    const given = patch.type === "strategic" ? patch.body : copyJson(sortKeys(withVersion(patched, old)));
    const textOf = patch.type === "strategic" ? goText : (value: unknown) => JSON.stringify(value);
    const fail = (why: string): StatusError => notAnObject(textOf(given), why);
    // A strategic merge patch is merged into an object whose kind is known.
    if (patch.type === "strategic")
      Object.assign(patched, { apiVersion: apiVersionOf(type), kind: type.kind });
    const fault = kindFault(type, patched);
    if (fault !== undefined) throw fail(fault);
    decode(patched, fail);
    return requireSameIdentity(type, patched as ApiObject, { at, old });
  };
  return updateObject(core, { ref, at, compute }, options);
}

/** What the patch made cannot be read as its kind: a 422 about the patch, not about the object. */
function notAnObject(given: string, why: string): StatusError {
  const detail = `Invalid value: ${JSON.stringify(given)}: ${why}`;
  return invalid({ group: "", kind: "" }, "", [{ field: "patch", reason: "FieldValueInvalid", detail }]);
}

/** The object as Go prints it, with the version it was patched from in its place. */
function withVersion(patched: JsonObject, { metadata: { resourceVersion } }: ApiObject): JsonObject {
  const metadata = isRecord(patched["metadata"]) ? Object.entries(patched["metadata"]) : [];
  const withoutOne = metadata.filter(([key]) => key !== "resourceVersion");
  const entries = withoutOne.flatMap(([key, value]) =>
    key === "uid"
      ? [[key, value] as const, ["resourceVersion", resourceVersion] as const]
      : [[key, value] as const],
  );
  return { ...patched, metadata: Object.fromEntries(entries) };
}

function sortKeys(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The object with the patch applied; throws 400, 415 or 422 where that cannot be done. */
export function applyPatch(core: ApiCore, type: ResourceType, old: ApiObject, patch: Patch): JsonObject {
  const target = { ...old, apiVersion: apiVersionOf(type) };
  const result = patchResult(core, type, target, patch);
  if (!isRecord(result)) throw badRequest("the patch did not result in an object");
  const { metadata = {} } = result;
  if (!isRecord(metadata)) return copyJson(result);
  // A patch that does not speak of the version applies to whichever is stored.
  const names = isRecord(patch.body) && isRecord(patch.body["metadata"]) ? patch.body["metadata"] : {};
  const isPinned = patch.type === "json" || names["resourceVersion"] !== undefined;
  const { resourceVersion, ...rest } = metadata;
  // The result may share parts with the stored object, which is frozen, and is still to be completed.
  return copyJson({ ...result, metadata: isPinned ? { ...rest, resourceVersion } : rest });
}

function patchResult(core: ApiCore, type: ResourceType, target: ApiObject, patch: Patch): unknown {
  switch (patch.type) {
    case "json":
      return applyJsonPatch(target, patch.body);
    case "merge":
      if (patch.body === null) throw badRequest("Invalid JSON Patch");
      if (!isRecord(patch.body))
        throw badRequest(`error decoding patch: ${cannotUnmarshal(patch.body, "map[string]interface {}")}`);
      return applyMergePatch(target, patch.body);
    case "strategic":
      if (type.custom !== undefined) throw unsupportedMediaType(patchTypesOf(type));
      return applyStrategicMergePatch(target, patch.body, type.schema, core.resolve);
    case "apply":
      throw new StatusError({
        code: 500,
        reason: "InternalError",
        message: "an apply patch came the wrong way",
      });
  }
}

/** The media types of patches a resource accepts. */
export function patchTypesOf(type: ResourceType): string[] {
  return [
    "application/json-patch+json",
    "application/merge-patch+json",
    ...(type.custom === undefined ? ["application/strategic-merge-patch+json"] : []),
    "application/apply-patch+yaml",
  ];
}

function requireSameIdentity(
  type: ResourceType,
  object: ApiObject,
  { at, old }: { at: ObjectLocation; old: ApiObject },
): ApiObject {
  const { name, namespace, uid } = object.metadata;
  if (name !== at.name) {
    throw badRequest(
      `the name of the object (${name ?? ""}) does not match the name on the URL (${at.name})`,
    );
  }
  if (namespace !== undefined && namespace !== at.namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  // What a patch makes has no precondition, as a whole object has by its uid.
  if (uid !== undefined && uid !== "" && uid !== old.metadata.uid) {
    const detail = `Invalid value: ${JSON.stringify(uid)}: field is immutable`;
    throw invalid(type, at.name, [{ field: "metadata.uid", reason: "FieldValueInvalid", detail }]);
  }
  return object;
}
