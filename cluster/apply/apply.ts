import { isRecord } from "../api/field-access.js";
import type { ApiObject, ResourceRef } from "../api/object.js";
import type { ObjectLocation, WriteOptions } from "../api/service.js";
import { badRequest } from "../api/status.js";
import { applyStrategicMergePatch } from "../patch/strategic-merge.js";
import type { ApiCore } from "../rest/api-core.js";
import { findObject } from "../rest/api-core.js";
import { createObject } from "../rest/create.js";
import { updateObject } from "../rest/update.js";

export interface ApplyRequest {
  ref: ResourceRef;
  at: ObjectLocation;
  body: unknown;
  force: boolean;
}

/** Server-side apply: creates the object or merges the applied fields into it. */
export async function apply(
  core: ApiCore,
  { ref, at, body }: ApplyRequest,
  options: WriteOptions,
): Promise<{ object: ApiObject; isCreated: boolean }> {
  const type = core.registry.require(ref);
  if (!isRecord(body)) throw badRequest("error decoding YAML: the applied configuration is not an object");
  const applied = body as ApiObject;
  if (findObject(core, type, at) === undefined) {
    const object = await createObject(
      core,
      ref,
      { namespace: at.namespace, object: applied, operation: "Apply" },
      options,
    );
    return { object, isCreated: true };
  }
  const compute = (old: ApiObject): ApiObject => {
    const { resourceVersion: _version, ...metadata } = old.metadata;
    return applyStrategicMergePatch({ ...old, metadata }, applied, type.schema, core.resolve) as ApiObject;
  };
  return {
    object: await updateObject(core, { ref, at, compute, operation: "Apply" }, options),
    isCreated: false,
  };
}
