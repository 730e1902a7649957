import type { JsonObject } from "../api/field-access.js";
import { isRecord } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { DeleteOptions } from "../api/service.js";
import { badRequest, StatusError } from "../api/status.js";
import { apiVersionOf } from "../registry/resource-type.js";
import { locationOf as locationOfObject } from "../rest/api-core.js";
import { deleteObject } from "../rest/delete.js";
import { listObjects } from "../rest/read.js";
import { decodeBuiltIn } from "../schema/decode.js";
import type { FieldErrors } from "../validation/field-errors.js";
import type { Call } from "./call.js";
import { numberParameter, writeOptions } from "./call.js";
import { decodeBody } from "./decode-body.js";
import { listQuery } from "./list-query.js";
import { readBody } from "./read-body.js";
import { listOptions, locationOf, sendObject } from "./read-handlers.js";

/** Resources whose deletion answers with the object, not with a Status. */
const RETURNED_WHEN_DELETED = new Set([
  "/pods",
  "/services",
  "/serviceaccounts",
  "/podtemplates",
  "/persistentvolumes",
  "/persistentvolumeclaims",
  "/resourcequotas",
  "storage.k8s.io/storageclasses",
]);

export async function handleDelete(call: Call): Promise<void> {
  const options = await deleteOptions(call);
  const object = await deleteObject(call.core, call.ref, locationOf(call), options);
  const isKept = object.metadata.deletionTimestamp !== undefined;
  const isReturned = isKept || RETURNED_WHEN_DELETED.has(call.type.storageKey);
  if (isReturned && options.dryRun !== true) return sendObject(call, 200, object);
  await call.reply.json(200, deletedStatus(call, object));
}

export async function handleDeleteCollection(call: Call): Promise<void> {
  const { core, type } = call;
  const options = { ...(await deleteOptions(call)), isOfCollection: true };
  // What a list would be refused for is wrong here too.
  listQuery(call.info.query, core.store.committedRevision);
  const objects = listObjects(core, type, listOptions(call));
  const items: ApiObject[] = [];
  for (const object of objects) {
    const deleted = await deleteIfThere(() =>
      deleteObject(core, call.ref, locationOfObject(object), options),
    );
    if (deleted !== undefined) items.push(deleted);
  }
  const metadata = { resourceVersion: String(core.store.committedRevision) };
  await call.reply.json(200, { kind: `${type.kind}List`, apiVersion: apiVersionOf(type), metadata, items });
}

/** Somebody else may delete one of many meanwhile, which is what was wanted. */
async function deleteIfThere(remove: () => Promise<ApiObject>): Promise<ApiObject | undefined> {
  try {
    return await remove();
  } catch (error) {
    if (error instanceof StatusError && error.status.code === 404) return undefined;
    throw error;
  }
}

/** The options from the body and the query; a dry run asked for in either is one. */
export async function deleteOptions(call: Call): Promise<DeleteOptions> {
  const bytes = await readBody(call.request);
  const type = call.request.headers["content-type"];
  const body = bytes.length === 0 ? {} : (await decodeBody(bytes, type, badRequest)).object;
  requireOptions(call, body);
  const { query } = call.info;
  const listed = Array.isArray(body["dryRun"]) ? body["dryRun"].map(String) : [];
  const grace = body["gracePeriodSeconds"] ?? numberParameter(query, "gracePeriodSeconds");
  const policy = body["propagationPolicy"] ?? query.get("propagationPolicy") ?? undefined;
  const orphan = body["orphanDependents"];
  const options: DeleteOptions = writeOptions(
    call,
    "DeleteOptions",
    (errors) => checkPolicy(policy, orphan, errors),
    [...listed, ...query.getAll("dryRun")],
  );
  const propagationPolicy = policyOf(policy, orphan);
  return {
    ...options,
    ...(typeof grace === "number" && { gracePeriodSeconds: Math.max(0, grace) }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(isRecord(body["preconditions"]) && { preconditions: body["preconditions"] }),
  };
}

/** Throws 400 where the body cannot be read as options, or is something else. */
function requireOptions({ core }: Call, body: JsonObject): void {
  const { kind, apiVersion } = { kind: body["kind"] ?? "", apiVersion: body["apiVersion"] ?? "" };
  // One that does not say what it is is what is asked for.
  if (kind !== "" && kind !== OPTIONS)
    throw badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  const schema = core.schemaOf("", "v1", OPTIONS);
  if (schema === undefined) return;
  const { typeError } = decodeBuiltIn(body, schema, { kind: OPTIONS, resolve: core.resolve });
  if (typeError !== undefined) throw badRequest(typeError);
}

const OPTIONS = "DeleteOptions";
const POLICIES = ["Foreground", "Background", "Orphan"] as const;

function checkPolicy(policy: unknown, orphan: unknown, errors: FieldErrors): void {
  const field = "propagationPolicy";
  if (policy === undefined) return;
  if (typeof orphan === "boolean")
    errors.invalid(field, policy, "orphanDependents and deletionPropagation cannot be both set");
  if (!POLICIES.some((known) => known === policy)) errors.unsupported(field, policy, [...POLICIES, "nil"]);
}

function policyOf(policy: unknown, orphan: unknown): DeleteOptions["propagationPolicy"] {
  if (orphan === true) return "Orphan";
  return orphan === false ? "Background" : POLICIES.find((known) => known === policy);
}

function deletedStatus({ type }: Call, { metadata }: ApiObject): unknown {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      name: metadata.name,
      ...(type.group !== "" && { group: type.group }),
      kind: type.resource,
      uid: metadata.uid,
    },
  };
}
