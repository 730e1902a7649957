import type { HandlerSet, SubresourceHandler, VirtualResource } from "../api/handlers.js";
import { requireAcceptable } from "./negotiate.js";
import { badRequest, methodNotAllowed, notImplemented, pathNotFound } from "../api/status.js";
import { getObject } from "../rest/api-service.js";
import { apiVersionOf, isVirtual } from "../registry/resource-type.js";
import type { Pod } from "../controllers/object-kinds.js";
import type { PodStreams } from "../streaming/pod-streams.js";
import { chosenContainer, isOnNode } from "../streaming/container-target.js";
import { refusedProxy } from "../streaming/proxy-target.js";
import type { Call } from "./call.js";
import { writeOptions } from "./call.js";
import { COMPONENT_STATUSES, handleComponentStatuses } from "./component-statuses.js";
import { handleDelete, handleDeleteCollection } from "./delete-handlers.js";
import { handleGet, handleList } from "./read-handlers.js";
import { handleWatch } from "./watch-handler.js";
import { handleCreate, handlePatch, handleUpdate, readObject } from "./write-handlers.js";

const NOT_ALLOWED = "the server does not allow this method on the requested resource";

/** What a real API server of this version warns of, by storage key. */
const DEPRECATIONS: Record<string, string> = {
  "/endpoints": "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  "/componentstatuses": "v1 ComponentStatus is deprecated in v1.19+",
};

/** What there is not without a running container, by resource and subresource. */
const NEEDS_CONTAINERS: Record<string, string> = {
  "pods/log": "there are no logs",
  "pods/exec": "no command can be run in it",
  "pods/attach": "there is nothing to attach to",
  "pods/portforward": "there is no port to forward to",
};

/** Subresources that show or change a part of their object; whatever is left can only be posted to. */
const VIEWS = new Set(["status", "scale", "finalize", "ephemeralcontainers", "resize", "approval"]);

/** What answers requests that are not for stored objects. */
export interface ResourceHandlers extends HandlerSet {
  /** Absent where nothing runs containers. */
  podStreams?: PodStreams | undefined;
}

/** Answers a request for a resource, after authorization. */
export async function handleResource(call: Call, handlers: ResourceHandlers): Promise<void> {
  const deprecation = call.type.custom?.deprecationWarning ?? DEPRECATIONS[call.type.storageKey];
  if (deprecation !== undefined) call.reply.warn(deprecation);
  const { subresource } = call.ref;
  if (subresource !== undefined) return handleSubresource(call, handlers, subresource);
  if (isVirtual(call.type)) return handleVirtual(call, handlers);
  requireAcceptable(call.request.headers.accept, { isList: call.name === "" });
  const isOnItem = call.name !== "";
  const isMisplaced =
    (call.info.verb === "create") === isOnItem && ["create", "update", "patch"].includes(call.info.verb);
  // Streams of subresources pass it on; objects have no such answer.
  if (call.info.method === "HEAD") throw methodNotAllowed(NOT_ALLOWED);
  if (isMisplaced || !call.type.verbs.includes(call.info.verb)) throw methodNotAllowed(NOT_ALLOWED);
  if (call.type.storageKey === COMPONENT_STATUSES) return handleComponentStatuses(call);
  return handleVerb(call);
}

async function handleVerb(call: Call): Promise<void> {
  switch (call.info.verb) {
    case "get":
      return handleGet(call);
    case "list":
      return handleList(call);
    case "watch":
      return handleWatch(call);
    case "create":
      return handleCreate(call);
    case "update":
      return handleUpdate(call);
    case "patch":
      return handlePatch(call);
    case "delete":
      return handleDelete(call);
    case "deletecollection":
      return handleDeleteCollection(call);
    default:
      throw methodNotAllowed(NOT_ALLOWED);
  }
}

async function handleSubresource(call: Call, handlers: ResourceHandlers, name: string): Promise<void> {
  const known = call.type.subresources.find((subresource) => subresource.name === name);
  if (known === undefined) throw pathNotFound();
  const full = `${call.type.resource}/${name}`;
  const missing = call.type.group === "" ? NEEDS_CONTAINERS[full] : undefined;
  const stream = call.type.group === "" ? handlers.podStreams?.get(full) : undefined;
  if (missing !== undefined && stream === undefined) return answerWithoutContainers(call, missing);
  if (!known.verbs.includes(call.info.verb)) throw methodNotAllowed(NOT_ALLOWED);
  if (name === "proxy" && stream === undefined) throw refusedProxy(call);
  if (stream !== undefined) return stream(call);
  const handler = handlers.subresources.find(
    (candidate) => isFor(candidate, call) && candidate.subresource === name,
  );
  if (handler !== undefined && call.info.verb === "create") return answer(call, handler);
  // Anything else must not fall through to the object itself, which the right to a subresource does not cover.
  if (call.info.verb === "create" || !VIEWS.has(name))
    throw notImplemented(`the embedded cluster does not serve ${call.type.resource}/${name}`);
  return handleVerb(call);
}

async function handleVirtual(call: Call, handlers: HandlerSet): Promise<void> {
  if (call.info.verb !== "create") throw methodNotAllowed(NOT_ALLOWED);
  const handler = handlers.virtual.find((candidate) => isFor(candidate, call));
  if (handler === undefined)
    throw notImplemented(`the embedded cluster does not serve ${call.type.resource}`);
  return answer(call, handler);
}

function isFor(handler: { group: string; version: string; resource: string }, { type }: Call): boolean {
  return (
    handler.group === type.group && handler.version === type.version && handler.resource === type.resource
  );
}

async function answer(call: Call, handler: SubresourceHandler | VirtualResource): Promise<void> {
  const body = await readObject(call);
  const { group, version, kind } = kindOfBody(call);
  body.kind ||= kind;
  body.apiVersion ||= apiVersionOf({ group, version });
  const options = writeOptions(call, "CreateOptions");
  const result = await handler.create({
    user: call.user,
    ref: call.ref,
    ...(call.namespace !== undefined && { namespace: call.namespace }),
    ...(call.name !== "" && { name: call.name }),
    body,
    dryRun: options.dryRun ?? false,
    query: call.info.query,
    warn: call.reply.warn,
    signal: call.signal,
  });
  await call.reply.json(handler.successCode ?? 201, result);
}

/** What a body is that does not say so itself. */
function kindOfBody({ type, ref }: Call): { group: string; version: string; kind: string } {
  return type.subresources.find(({ name }) => name === ref.subresource)?.kind ?? type;
}

/** Throws 404 where there is no such pod, 400 where the call names no container of it or it is on no node, and else 501. */
async function answerWithoutContainers(call: Call, missing: string): Promise<void> {
  const { core, ref, namespace = "", name: pod } = call;
  const { group, version, resource } = ref;
  const at = { namespace, name: pod };
  const object = getObject(core, { group, version, resource }, at, core.store.committedRevision) as Pod;
  if (ref.subresource !== "portforward") chosenContainer(call, object);
  if (!isOnNode(object)) {
    if (ref.subresource !== "log") throw badRequest(`pod ${pod} does not have a host assigned`);
    call.reply.response.writeHead(204).end();
    return;
  }
  throw notImplemented(
    `the embedded cluster runs no containers: pod ${JSON.stringify(pod)} is simulated, so ${missing}`,
  );
}
