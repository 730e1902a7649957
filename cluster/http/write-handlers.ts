import type { JsonObject } from "../api/field-access.js";
import { isRecord } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { WriteOptions } from "../api/service.js";
import { badRequest, StatusError, unsupportedMediaType } from "../api/status.js";
import { apply } from "../apply/apply.js";
import { typedFaults } from "../apply/typed-faults.js";
import type { DecodeOptions } from "../schema/decode-object.js";
import { decodeObject } from "../schema/decode-object.js";
import { createObject } from "../rest/create.js";
import type { Patch } from "../rest/patch.js";
import { patchObject, patchTypesOf } from "../rest/patch.js";
import { updateScale } from "../rest/scale.js";
import { updateObject } from "../rest/update.js";
import type { Call } from "./call.js";
import { bodyKind, fieldValidation, writeOptions } from "./call.js";
import { decodeBody, mediaType, parseJson, parseYaml, unrecognized } from "./decode-body.js";
import { cannotUnmarshal } from "../patch/go-text.js";
import { readBody } from "./read-body.js";
import { locationOf, sendObject } from "./read-handlers.js";
import { isTrue } from "./request-info.js";
import { applyPatch } from "../rest/patch.js";

export async function handleCreate(call: Call): Promise<void> {
  const options = writeOptions(call, "CreateOptions");
  const object = await readObject(call);
  const created = await createObject(call.core, call.ref, { namespace: call.namespace, object }, options);
  await sendObject(call, 201, created);
}

export async function handleUpdate(call: Call): Promise<void> {
  const at = locationOf(call);
  const options = writeOptions(call, "UpdateOptions");
  const object = await readObject(call);
  const { name } = object.metadata ?? {};
  if (name === undefined || name === "")
    throw badRequest(
      `the name of the object (${call.name} based on URL) was undeterminable: name must be provided`,
    );
  if (name !== call.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${call.name})`);
  }
  const plan = { ref: call.ref, at, compute: () => object };
  const isScale = call.ref.subresource === "scale";
  const updated = await (isScale
    ? updateScale(call.core, plan, options)
    : updateObject(call.core, plan, options));
  await sendObject(call, 200, updated);
}

export async function handlePatch(call: Call): Promise<void> {
  const patch = await readPatch(call);
  const options = patchOptions(call, patch.type);
  if (patch.type === "apply") return handleApply(call, patch.body, options);
  const at = locationOf(call);
  if (call.ref.subresource === "scale") {
    const compute = (scale: ApiObject): ApiObject => {
      const patched = applyPatch(call.core, call.type, scale, {
        ...patch,
        type: patch.type === "strategic" ? "merge" : patch.type,
      });
      decode(call, patched);
      return { ...(patched as ApiObject), apiVersion: "autoscaling/v1", kind: "Scale" };
    };
    return sendObject(call, 200, await updateScale(call.core, { ref: call.ref, at, compute }, options));
  }
  const request = {
    ref: call.ref,
    at,
    patch,
    decode: (object: JsonObject, fail: (why: string) => Error) =>
      decode(call, object, { fail, source: patch.type === "strategic" ? "map" : "text" }),
  };
  await sendObject(call, 200, await patchObject(call.core, request, options));
}

async function handleApply(call: Call, body: unknown, options: WriteOptions): Promise<void> {
  // A Scale owns no fields of its own here; what applied it would come to own the whole object's.
  if (call.ref.subresource === "scale") throw unsupportedMediaType(["application/merge-patch+json"]);
  if (body === null || body === undefined) throw badRequest("invalid object type: /, Kind=");
  if (!isRecord(body))
    throw badRequest(
      `error decoding YAML: error unmarshaling JSON: while decoding JSON: ${cannotUnmarshal(body, "map[string]interface {}")}`,
    );
  requireTyped(call, body);
  decode(call, body);
  const force = isTrue(call.info.query.get("force"));
  const authorizeCreate = (): void => call.authorize("create");
  const request = { ref: call.ref, at: locationOf(call), body, force, authorizeCreate };
  const { object, isCreated } = await apply(call.core, request, options);
  await sendObject(call, isCreated ? 201 : 200, object);
}

/** What is applied is read by its schema, however lenient the request is; that of a custom kind prunes instead. */
function requireTyped({ core, type, namespace = "", name }: Call, body: JsonObject): void {
  if (type.custom !== undefined || type.schema === undefined) return;
  const faults = typedFaults(body, type.schema, core.resolve);
  if (faults.length === 0) return;
  const list = faults.length === 1 ? faults[0] : `errors:\n${faults.map((fault) => `  ${fault}`).join("\n")}`;
  const object = `${namespace}/${name}; ${type.group}/${type.version}, Kind=${type.kind}`;
  const message = `failed to create typed patch object (${object}): ${list ?? ""}`;
  throw new StatusError({ code: 500, reason: "", message });
}

/** The body as an object of the kind of the URL. */
export async function readObject(call: Call): Promise<ApiObject> {
  const bytes = await readBody(call.request);
  const { kind } = bodyKind(call) ?? call.type;
  const type = call.request.headers["content-type"];
  const { object, duplicates } = await decodeBody(bytes, type, unrecognized(kind));
  decode(call, object, { duplicates });
  return object as ApiObject;
}

function decode(
  call: Call,
  object: JsonObject,
  extra: Pick<DecodeOptions, "fail" | "duplicates" | "source"> = {},
): void {
  const body = bodyKind(call);
  decodeObject(call.type, object, {
    resolve: call.core.resolve,
    level: fieldValidation(call),
    warn: call.reply.warn,
    ...extra,
    ...(body && { body }),
  });
}

const PATCH_TYPES: Record<string, Patch["type"]> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

async function readPatch(call: Call): Promise<Patch> {
  const type = PATCH_TYPES[mediaType(call.request.headers["content-type"])];
  if (type === undefined) throw unsupportedMediaType(patchTypesOf(call.type));
  const bytes = await readBody(call.request);
  if (type === "apply") return { type, body: (await parseYaml(bytes, noYaml)).value };
  const text = bytes.toString("utf8");
  const refuse = (fault: string): Error =>
    badRequest(type === "strategic" ? fault : `error decoding patch: ${fault}`);
  return { type, body: parseJson(text, refuse) };
}

function noYaml(fault: string): Error {
  return badRequest(`error decoding YAML: error converting YAML to JSON: ${fault}`);
}

function patchOptions(call: Call, type: Patch["type"]): WriteOptions {
  const { query } = call.info;
  return writeOptions(call, "PatchOptions", (errors) => {
    if (type === "apply" && !query.get("fieldManager"))
      errors.required("fieldManager", "is required for apply patch");
    if (type !== "apply" && query.has("force"))
      errors.forbidden("force", "may not be specified for non-apply patch");
  });
}
