import { copyJson } from "../api/copy-json.js";
import type { ApiObject, ResourceRef } from "../api/object.js";
import type { WriteOptions } from "../api/service.js";
import { alreadyExists, invalid, methodNotAllowed, StatusError } from "../api/status.js";
import type { AppliedFields } from "../apply/managed-fields.js";
import { recordManager } from "../apply/managed-fields.js";
import { hasSubresource, isVirtual } from "../registry/resource-type.js";
import type { ResourceType } from "../registry/resource-type.js";
import { FieldErrors } from "../validation/field-errors.js";
import type { ApiCore } from "./api-core.js";
import { strategyFor } from "./api-core.js";
import { admissionRequest } from "./admit.js";
import { completeWrite } from "./complete.js";
import {
  generateName,
  placeInNamespace,
  requireKind,
  requireUnversioned,
  stampNewMetadata,
} from "./metadata.js";

/** Names tried before a generated one is given up; a clash needs luck already once. */
const GENERATE_ATTEMPTS = 8;

/** Creates an object; see `ApiService.create`. `applied` comes with server-side apply. */
export async function createObject(
  core: ApiCore,
  ref: ResourceRef,
  body: { namespace: string | undefined; object: ApiObject; applied?: AppliedFields },
  options: WriteOptions,
): Promise<ApiObject> {
  const type = core.registry.require(ref);
  if (isVirtual(type))
    throw methodNotAllowed("the server does not allow this method on the requested resource");
  const { conversion } = type;
  if (conversion !== undefined) {
    requireKind(type, body.object);
    const errors = new FieldErrors();
    conversion.validate?.(body.object, undefined, errors);
    if (!errors.isEmpty) throw invalid(type, body.object.metadata.name ?? "", errors.list);
    const stored = { ...body, object: conversion.toStored(body.object) };
    return conversion.fromStored(await createObject(core, conversion.stored, stored, options));
  }
  const object = copyJson(body.object);
  const dryRun = options.dryRun ?? false;
  const generatedName = prepare(core, type, object, { namespace: body.namespace, dryRun });
  const namespace = object.metadata.namespace ?? "";
  const name = object.metadata.name ?? "";
  const request = admissionRequest({ operation: "CREATE", type, namespace, name, object, options });
  await completeWrite(core, type, { object, request, ...(generatedName !== undefined && { generatedName }) });
  const { applied } = body;
  recordManager({
    core,
    type,
    object,
    options,
    operation: applied ? "Apply" : "Update",
    ...(applied && { applied }),
  });
  claimName(core, type, object);
  if (dryRun) return object;
  return core.store.put(type.storageKey, object);
}

/** Returns the name of an object that is to be given one, which it gets where a real API server gives it: when others may change it no more. */
function prepare(
  core: ApiCore,
  type: ResourceType,
  object: ApiObject,
  { namespace, dryRun }: Pick<WriteOptions, "dryRun"> & { namespace: string | undefined },
): string | undefined {
  const strategy = strategyFor(type);
  requireKind(type, object);
  placeInNamespace(type, object.metadata, namespace);
  // A real API server's storage refuses it, where a dry run does not come.
  if (dryRun !== true) requireUnversioned(object.metadata);
  stampNewMetadata(object.metadata, core.now());
  const { metadata } = object;
  const isNamed = (metadata.name ?? "") !== "" || metadata.generateName === undefined;
  if (!isNamed) metadata.name = generateName(metadata.generateName ?? "");
  if (hasSubresource(type, "status")) delete object["status"];
  if (strategy.hasGeneration === true) metadata.generation = 1;
  // A Job labels its pods by the name.
  strategy.prepareCreate?.(object, core.store);
  if (isNamed) return undefined;
  const { name } = metadata;
  delete metadata.name;
  return name;
}

/** Throws 409 where the name is taken; a generated name is drawn again instead. */
function claimName(core: ApiCore, type: ResourceType, object: ApiObject): void {
  const { metadata } = object;
  const isTaken = (): boolean =>
    core.store.get(type.storageKey, metadata.namespace ?? "", metadata.name ?? "") !== undefined;
  if (!isTaken()) return;
  const base = metadata.generateName;
  if (base === undefined || !metadata.name?.startsWith(base)) throw alreadyExists(type, metadata.name ?? "");
  for (let attempt = 0; attempt < GENERATE_ATTEMPTS && isTaken(); attempt++) {
    metadata.name = generateName(base);
  }
  if (isTaken()) throw nameNotGenerated(type, base);
}

function nameNotGenerated(type: ResourceType, base: string): StatusError {
  return new StatusError({
    code: 409,
    reason: "AlreadyExists",
    message: `${type.resource} "${base}" already exists, the server was not able to generate a unique name for the object`,
    details: { name: base, kind: type.resource, retryAfterSeconds: 1 },
  });
}
