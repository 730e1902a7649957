import type { IncomingMessage, ServerResponse } from "node:http";
import type { AccessAttributes, Authenticator, Authorizer } from "../auth/access.js";
import { accessDenied } from "../auth/forbidden.js";
import type { TokenIssuer } from "../auth/access-control.js";
import type { UserInfo } from "../api/service.js";
import { pathNotFound, StatusError, unauthorized } from "../api/status.js";
import { requireLocal } from "../registry/api-services.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { ApiCore } from "../rest/api-core.js";
import type { Call } from "./call.js";
import { clientCertificate } from "./client-certificate.js";
import { negotiateForm } from "./negotiate.js";
import { pageNotFound, serveDocument } from "./documents.js";
import type { RequestInfo } from "./request-info.js";
import { parseRequest } from "./request-info.js";
import type { ResourceHandlers } from "./resource-handler.js";
import { handleResource } from "./resource-handler.js";
import { Reply } from "./respond.js";
import type { Upgrade } from "./upgrade-request.js";

/** What answering requests takes beside the API itself. */
export interface ApiHandlerOptions {
  core: ApiCore;
  handlers: ResourceHandlers;
  authenticator: Authenticator;
  authorizer: Authorizer;
  issuer: TokenIssuer;
  impersonate: (user: UserInfo, headers: IncomingMessage["headersDistinct"]) => UserInfo;
  log: { error(fields: object, text: string): void; debug(fields: object, text: string): void };
  signal: AbortSignal;
}

/** Paths anyone may read, as the default `system:public-info-viewer` role has it. */
const PUBLIC_PATHS = new Set(["/healthz", "/livez", "/readyz", "/version", "/version/"]);

/** Answers one HTTP request; every failure becomes a Status. */
export async function handleRequest(
  options: ApiHandlerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  upgrade?: Upgrade,
): Promise<void> {
  const reply = new Reply(request, response);
  if (hostsOf(request) > 1) return reply.text(400, TOO_MANY_HOSTS, "text/plain; charset=utf-8", CLOSED);
  const startedMs = performance.now();
  try {
    await serve(options, { request, reply, upgrade, info: parseRequest(request) });
  } catch (error) {
    if (!(error instanceof StatusError)) {
      const { method, url } = request;
      options.log.error({ err: error, method, url }, "the request failed inside the API");
    }
    await reply.error(request.method === "GET" ? error : await settledRefusal(options.core, error));
  }
  const durationMs = Math.round(performance.now() - startedMs);
  options.log.debug(
    { method: request.method, url: request.url, code: response.statusCode, durationMs },
    "request",
  );
}

const TOO_MANY_HOSTS = "400 Bad Request";
const CLOSED = { connection: "close" };

/** Node.js keeps the first and tells of no other: whom a request is for would depend on who reads it. */
function hostsOf({ rawHeaders }: IncomingMessage): number {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (/^host$/i.test(rawHeaders[at] ?? "")) hosts += 1;
  return hosts;
}

/** What a write is refused for may itself be on its way to the disk, where reads do not see it yet, and may not get there. */
async function settledRefusal({ store }: ApiCore, error: unknown): Promise<unknown> {
  const isConflict = error instanceof StatusError && error.code === 409;
  return store.settled().then(
    () => error,
    (refused: unknown) => (isConflict ? refused : error),
  );
}

interface Asked {
  request: IncomingMessage;
  reply: Reply;
  upgrade: Upgrade | undefined;
  info: RequestInfo;
}

async function serve(options: ApiHandlerOptions, { request, reply, upgrade, info }: Asked): Promise<void> {
  if (PUBLIC_PATHS.has(info.path)) return serveDocument(options, request, reply, info);
  const user = await authenticate(options, request);
  authorize(options.authorizer, user, info);
  if (info.ref === undefined) return serveDocument(options, request, reply, info);
  const { group, version } = info.ref;
  requireLocal(options.core.registry, group, version);
  const type = options.core.registry.find(group, version, info.ref.resource);
  if (type === undefined) {
    if (options.core.registry.isGroup(group)) throw pathNotFound();
    return pageNotFound(reply);
  }
  if (!isPlaced(type, info)) throw pathNotFound();
  const call: Call = {
    core: options.core,
    request,
    reply,
    info,
    type,
    ref: info.ref,
    namespace: type.namespaced ? info.namespace : undefined,
    name: info.name ?? "",
    user,
    upgrade,
    form: negotiateForm(request.headers.accept),
    signal: options.signal,
    authorize: (verb) => authorize(options.authorizer, user, { ...info, verb }),
    authorizeAgain: async () => authorize(options.authorizer, await authenticate(options, request), info),
  };
  await handleResource(call, options.handlers);
}

/** An object of a namespace is reached through its namespace, one of the cluster's scope only without any. */
function isPlaced(type: ResourceType, { namespace, name }: RequestInfo): boolean {
  if (type.namespaced) return name === undefined || namespace !== undefined;
  const isNamespaceItself = type.storageKey === "/namespaces" && name === namespace;
  return namespace === undefined || isNamespaceItself;
}

async function authenticate(options: ApiHandlerOptions, request: IncomingMessage): Promise<UserInfo> {
  const token = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1];
  const user = await options.authenticator.authenticate(token, clientCertificate(request));
  if (user === undefined) throw unauthorized();
  // Node makes the lists of a header's values when they are first asked for, and few requests impersonate anybody.
  const isActing = Object.keys(request.headers).some((name) => name.startsWith("impersonate-"));
  return isActing ? options.impersonate(user, request.headersDistinct) : user;
}

function authorize(authorizer: Authorizer, user: UserInfo, info: RequestInfo): void {
  const attributes = attributesOf(user, info);
  const { allowed, reason } = authorizer.authorize(attributes);
  if (!allowed) throw accessDenied(attributes, reason);
}

function attributesOf(user: UserInfo, { verb, ref, namespace, name, path }: RequestInfo): AccessAttributes {
  if (ref === undefined) return { user, verb, path };
  const { group, resource, subresource } = ref;
  return {
    user,
    verb,
    resource: {
      group,
      resource,
      ...(subresource !== undefined && { subresource }),
      ...(namespace !== undefined && { namespace }),
      ...(name !== undefined && { name }),
    },
  };
}
