import type { ApiObject } from "../api/object.js";
import type { ListOptions } from "../api/service.js";
import { badRequest, gone, StatusError } from "../api/status.js";
import { apiVersionOf } from "../registry/resource-type.js";
import { getObject } from "../rest/api-service.js";
import { listObjects } from "../rest/read.js";
import { tableOf } from "../table/table.js";
import type { Call } from "./call.js";
import { numberParameter } from "./call.js";
import { objectText } from "./object-text.js";

export async function handleGet(call: Call): Promise<void> {
  const at = locationOf(call);
  const object = getObject(call.core, call.ref, at);
  await sendObject(call, 200, object);
}

/** Sends one object in the form the client asked for. */
export async function sendObject(call: Call, code: number, object: ApiObject): Promise<void> {
  const isTable = call.form.as === "table" && object.kind === call.type.kind;
  if (!isTable) return call.reply.text(code, objectText(object), "application/json");
  await call.reply.json(code, tableOf(call, [object]));
}

export async function handleList(call: Call): Promise<void> {
  const { core, info, type } = call;
  const revision = core.store.revision;
  requireReachable(info.query, revision);
  const objects = listObjects(core, type, listOptions(call));
  const page = pageOf(objects, info.query, revision);
  const metadata = { resourceVersion: page.resourceVersion, ...page.metadata };
  if (call.form.as === "table") {
    await call.reply.json(200, { ...tableOf(call, page.items), metadata });
    return;
  }
  const head = JSON.stringify({ kind: `${type.kind}List`, apiVersion: apiVersionOf(type), metadata });
  const items = page.items.map(objectText).join(",");
  await call.reply.text(200, `${head.slice(0, -1)},"items":[${items}]}`, "application/json");
}

/** What a list or watch covers, from its URL. */
export function listOptions({ info, namespace }: Call): ListOptions {
  const labelSelector = info.query.get("labelSelector");
  const fieldSelector = info.query.get("fieldSelector");
  return {
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
  };
}

export function locationOf({ namespace, name, type }: Call): { namespace?: string; name: string } {
  return type.namespaced && namespace !== undefined ? { namespace, name } : { name };
}

interface Page {
  items: ApiObject[];
  resourceVersion: string;
  metadata: { continue?: string; remainingItemCount?: number };
}

/** The part of a list between `continue` and `limit`; later pages show the objects as they are by then. */
function pageOf(objects: ApiObject[], query: URLSearchParams, revision: number): Page {
  const limit = numberParameter(query, "limit") ?? 0;
  const token = query.get("continue");
  const start = token ? parseContinue(token) : undefined;
  const from = start === undefined ? 0 : objects.findIndex((object) => keyOf(object) > start.after);
  const rest = from === -1 ? [] : objects.slice(from);
  const resourceVersion = String(start?.revision ?? revision);
  if (limit <= 0 || rest.length <= limit) return { items: rest, resourceVersion, metadata: {} };
  const items = rest.slice(0, limit);
  const next = { v: "lectern/v1", rv: Number(resourceVersion), after: keyOf(items.at(-1)) };
  const hasSelector = query.get("labelSelector") || query.get("fieldSelector");
  return {
    items,
    resourceVersion,
    metadata: {
      continue: Buffer.from(JSON.stringify(next)).toString("base64url"),
      ...(!hasSelector && { remainingItemCount: rest.length - limit }),
    },
  };
}

function keyOf(object: ApiObject | undefined): string {
  return `${object?.metadata.namespace ?? ""}/${object?.metadata.name ?? ""}`;
}

function parseContinue(token: string): { after: string; revision: number } {
  try {
    const { after, rv } = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as {
      after: unknown;
      rv: unknown;
    };
    if (typeof after === "string" && typeof rv === "number") return { after, revision: rv };
  } catch (error) {
    throw badRequest("continue key is not valid: the token was not made by this server", error);
  }
  throw badRequest("continue key is not valid: the token was not made by this server");
}

/** A list may ask for a minimum, or an exact, revision; old exact ones are not kept. */
function requireReachable(query: URLSearchParams, revision: number): void {
  const wanted = query.get("resourceVersion");
  if (!wanted || wanted === "0") return;
  const value = Number(wanted);
  if (!Number.isInteger(value) || value < 0) {
    throw badRequest(`invalid resource version: ${notANumber(wanted)}`);
  }
  if (value > revision) throw revisionTooLarge(value, revision);
  if (query.get("resourceVersionMatch") === "Exact" && value !== revision) {
    throw gone("The provided resource version is too old: only the present state is kept.");
  }
}

export function notANumber(wanted: string): string {
  const quoted = JSON.stringify(wanted);
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
}

function revisionTooLarge(wanted: number, current: number): StatusError {
  return new StatusError({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    details: {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
  });
}
