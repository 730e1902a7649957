import type { IncomingMessage } from "node:http";
import { methodNotAllowed, pathNotFound } from "../api/status.js";
import { openApiBytes2, openApiDocument, openApiDocument2, openApiIndex } from "../openapi/documents.js";
import type { TokenIssuer } from "../auth/access-control.js";
import { requireLocal } from "../registry/api-services.js";
import type { ApiCore } from "../rest/api-core.js";
import { versionInfo } from "../version.js";
import {
  aggregatedDiscovery,
  legacyGroup,
  legacyGroups,
  legacyResources,
  legacyVersions,
  rootPaths,
} from "./discovery.js";
import { healthChecks, healthReport } from "./health-checks.js";
import { negotiateDiscovery } from "./negotiate.js";
import { METRICS_TYPE, metricsText } from "./metrics.js";
import type { RequestInfo } from "./request-info.js";
import type { Reply } from "./respond.js";

const OPENAPI_V2_PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
/** Answers everything that is not a resource: health, version, discovery, OpenAPI. */
export async function serveDocument(
  { core, issuer }: { core: ApiCore; issuer: TokenIssuer },
  request: IncomingMessage,
  reply: Reply,
  info: RequestInfo,
): Promise<void> {
  const [root = "", ...rest] = info.path.split("/").filter(Boolean);
  if (info.method !== "GET" && mindsMethod(root, rest))
    throw methodNotAllowed("the server does not allow this method on the requested resource");
  if (info.path === "/") return reply.json(200, { paths: rootPaths(core.registry) });
  if (root === "metrics" && rest.length === 0) return reply.text(200, await metricsText(core), METRICS_TYPE);
  const keys = issuerDocument(issuer, request, [root, ...rest].join("/"));
  if (keys !== undefined) return reply.text(200, JSON.stringify(keys.document), keys.type);
  const checks = healthChecks(root);
  if (checks !== undefined) return serveHealth(reply, info, root, checks);
  if (root === "version" && rest.length === 0)
    return reply.text(200, JSON.stringify(versionInfo, undefined, 2), "application/json");
  if (root === "api" || root === "apis") return serveDiscovery(core, request, reply, [root, ...rest]);
  if (root === "openapi") return serveOpenApi(core, request, reply, info);
  if (root === "version") throw pathNotFound();
  return pageNotFound(reply);
}

/** A real API server minds by what method some documents are asked for, and others not. */
function mindsMethod(root: string, rest: string[]): boolean {
  return root === "version" || root === "api" || (root === "apis" && rest.length > 1);
}

/** What a real API server says of a path that none of its parts knows, unlike of a resource that one of them lacks. */
export function pageNotFound(reply: Reply): Promise<void> {
  return reply.text(404, "404 page not found\n", "text/plain; charset=utf-8");
}

/** All that can be said of a server that answers: it could not do so without its store. Its checks are called as those of a real one. */
async function serveHealth(
  reply: Reply,
  { query, path }: RequestInfo,
  root: string,
  checks: string[],
): Promise<void> {
  const check = path.slice(`/${root}`.length);
  if (check !== "" && !checks.includes(check.slice(1))) return pageNotFound(reply);
  const isVerbose = check === "" && query.has("verbose");
  const text = isVerbose ? healthReport(root, query.getAll("exclude")) : "ok";
  await reply.text(200, text, "text/plain; charset=utf-8");
}

/** By what others check the tokens of service accounts, as OpenID Connect has it. */
function issuerDocument(
  { name, keys }: TokenIssuer,
  request: IncomingMessage,
  path: string,
): { document: object; type: string } | undefined {
  if (path === "openid/v1/jwks") return { document: { keys }, type: "application/jwk-set+json" };
  if (path !== ".well-known/openid-configuration") return undefined;
  const document = {
    issuer: name,
    jwks_uri: `https://${request.headers.host ?? "127.0.0.1"}/openid/v1/jwks`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
  };
  return { document, type: "application/json" };
}

async function serveDiscovery(
  core: ApiCore,
  request: IncomingMessage,
  reply: Reply,
  [root, first, second, ...rest]: string[],
): Promise<void> {
  if (rest.length > 0 || (root === "api" && second !== undefined)) throw pathNotFound();
  const { registry } = core;
  if (first === undefined) {
    const form = negotiateDiscovery(request.headers.accept);
    if (form !== undefined) {
      const type = `application/json;g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`;
      const body = aggregatedDiscovery(registry, root === "api" ? "api" : "apis", form);
      return reply.text(200, JSON.stringify(body), type);
    }
    const address = request.headers.host ?? "127.0.0.1";
    return reply.json(200, root === "api" ? legacyVersions(address) : legacyGroups(registry));
  }
  if (root === "apis" && second !== undefined) requireLocal(registry, first, second);
  const document = legacyDocument(core, root, first, second);
  if (document === undefined)
    return isGroup(core, root, first) ? Promise.reject(pathNotFound()) : pageNotFound(reply);
  await reply.json(200, document);
}

function isGroup({ registry }: ApiCore, root: string | undefined, group: string): boolean {
  return root === "api" || legacyGroup(registry, group) !== undefined;
}

function legacyDocument(core: ApiCore, root: string | undefined, first: string, second?: string): unknown {
  if (root === "api") return legacyResources(core.registry, "", first);
  if (second === undefined) return legacyGroup(core.registry, first);
  return legacyResources(core.registry, first, second);
}

async function serveOpenApi(
  core: ApiCore,
  request: IncomingMessage,
  reply: Reply,
  { path: asked, query }: RequestInfo,
): Promise<void> {
  const [version, ...rest] = asked.split("/").slice(2);
  if (version === "v2" && rest.length === 0) return serveOpenApiV2(core, request, reply);
  if (version !== "v3") return pageNotFound(reply);
  const path = rest.join("/");
  if (path === "") return reply.json(200, openApiIndex(core));
  const document = await openApiDocument(core, path);
  if (document === undefined) return reply.empty(404);
  const hash = query.get("hash");
  // A document that is kept for ever under a hash must be the one of that hash.
  if (hash !== null && hash !== document.hash)
    return reply.text(301, "", "application/json", { location: `/openapi/v3/${path}?hash=${document.hash}` });
  const headers = { ...taggedBy(document.hash), "cache-control": "public, immutable" };
  if (isKnown(request, headers)) return reply.text(304, "", "application/json", headers);
  await reply.text(200, document.text, "application/json", headers);
}

async function serveOpenApiV2(core: ApiCore, request: IncomingMessage, reply: Reply): Promise<void> {
  const isProtobuf = (request.headers.accept ?? "").includes("protobuf");
  const document = isProtobuf ? await openApiBytes2(core) : await openApiDocument2(core);
  const headers = taggedBy(document.hash);
  if (isKnown(request, headers)) return reply.text(304, "", "application/json", headers);
  if ("bytes" in document) reply.bytes(200, document.bytes, OPENAPI_V2_PROTOBUF, headers);
  else await reply.text(200, document.text, "application/json", headers);
}

function taggedBy(hash: string): { etag: string; vary: string } {
  return { etag: `"${hash}"`, vary: "Accept" };
}

function isKnown(request: IncomingMessage, { etag }: { etag: string }): boolean {
  return request.headers["if-none-match"] === etag;
}
