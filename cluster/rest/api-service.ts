import { copyJson } from "../api/copy-json.js";
import type { ApiObject, ResourceRef } from "../api/object.js";
import type {
  ApiService,
  DeleteOptions,
  ListOptions,
  ObjectLocation,
  PatchType,
  WatchEvent,
  WriteOptions,
} from "../api/service.js";
import { isRecord } from "../api/field-access.js";
import { apply } from "../apply/apply.js";
import { decodeObject } from "../schema/decode-object.js";
import type { ApiCore } from "./api-core.js";
import { findObject, locationOf, requireObject } from "./api-core.js";
import { createObject } from "./create.js";
import { deleteObject } from "./delete.js";
import { patchObject } from "./patch.js";
import { listObjects, watchObjects } from "./read.js";
import { scaleOf, updateScale } from "./scale.js";
import { updateObject } from "./update.js";

/** The API for code inside the process. */
export function createApiService(core: ApiCore): ApiService {
  return {
    get: (ref, at) => getObject(core, ref, at),
    find: (ref, at) => findObject(core, core.registry.require(ref), at),
    list: (ref, options: ListOptions = {}) => listObjects(core, core.registry.require(ref), options),
    create: (ref, namespace, object, options) => createObject(core, ref, { namespace, object }, options),
    update: (ref, object, options) => update(core, ref, object, options),
    patch: (ref, at, patch, options) => patchAny(core, { ref, at, patch }, options),
    delete: (ref, at, options: DeleteOptions) => deleteObject(core, ref, at, options),
    index: (ref, keysOf) => core.store.index(core.registry.require(ref).storageKey, keysOf),
    watch: (ref, listener: (event: WatchEvent) => void) =>
      watchObjects(core, core.registry.require(ref), listener),
  };
}

/** The object, or the view of it a subresource gives, as it is or was at `revision`. */
export function getObject(core: ApiCore, ref: ResourceRef, at: ObjectLocation, revision?: number): ApiObject {
  const type = core.registry.require(ref);
  const object = requireObject(core, type, at, revision);
  return ref.subresource === "scale" ? scaleOf(type, object) : object;
}

async function update(
  core: ApiCore,
  ref: ResourceRef,
  object: ApiObject,
  options: WriteOptions,
): Promise<ApiObject> {
  const at = locationOf(object);
  if (ref.subresource === "scale") return updateScale(core, { ref, at, compute: () => object }, options);
  return updateObject(core, { ref, at, compute: () => object }, options);
}

async function patchAny(
  core: ApiCore,
  { ref, at, patch }: { ref: ResourceRef; at: ObjectLocation; patch: { type: PatchType; body: unknown } },
  options: WriteOptions,
): Promise<ApiObject> {
  const type = core.registry.require(ref);
  const decode = (object: Record<string, unknown>): void => {
    decodeObject(type, object, { resolve: core.resolve, level: "Ignore", warn: () => undefined });
  };
  if (patch.type === "apply") {
    const body = copyJson(patch.body);
    if (isRecord(body)) decode(body);
    return (await apply(core, { ref, at, body, force: true }, options)).object;
  }
  return patchObject(core, { ref, at, patch, decode }, options);
}
