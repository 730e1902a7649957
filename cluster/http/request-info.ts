import type { IncomingMessage } from "node:http";
import type { ResourceRef } from "../api/object.js";
import { badRequest } from "../api/status.js";
import { selectedName } from "../selector/field-selector.js";

/** What a request asks for, as far as its method and URL tell. */
export interface RequestInfo {
  method: string;
  path: string;
  query: URLSearchParams;
  /** Kubernetes verb for resource requests, the lower-case method for others. */
  verb: string;
  /** Absent for `/healthz`, discovery and the like. */
  ref?: ResourceRef;
  namespace?: string;
  name?: string;
}

/** Parts of a namespace's own URL that are not resources inside it. */
const NAMESPACE_SUBRESOURCES = new Set(["status", "finalize"]);

/** Reads the URL as kube-apiserver's RequestInfo resolver does; malformed escapes count as no resource. Throws 400 for what is no URL. */
export function parseRequest(request: IncomingMessage): RequestInfo {
  const method = request.method ?? "GET";
  const url = requestUrl(request.url ?? "/");
  const base = { method, path: url.pathname, query: url.searchParams, verb: method.toLowerCase() };
  const segments = decodeSegments(url.pathname);
  const target = segments && resourceTarget(segments);
  if (target === undefined) return base;
  const verb = verbOf(method, target.name, url.searchParams);
  const name = target.name ?? nameFromSelector(verb, url.searchParams);
  return { ...base, ...target, verb, ...(name !== undefined && { name }) };
}

/** A path may begin with two slashes, which a relative URL would take for a host. */
function requestUrl(target: string): URL {
  const text = target.startsWith("/") ? `https://localhost${target}` : target;
  try {
    return new URL(text);
  } catch {
    throw badRequest(`the request target should be a path or a URL, and is ${JSON.stringify(target)}`);
  }
}

function decodeSegments(path: string): string[] | undefined {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

type Target = Pick<RequestInfo, "namespace" | "name"> & { ref: ResourceRef };

function resourceTarget(segments: string[]): Target | undefined {
  const [root, ...rest] = segments;
  if (root === "api" && rest.length >= 2) {
    const [version = "", ...parts] = rest;
    return withinVersion({ group: "", version }, parts);
  }
  if (root === "apis" && rest.length >= 3) {
    const [group = "", version = "", ...parts] = rest;
    return withinVersion({ group, version }, parts);
  }
  return undefined;
}

function withinVersion(
  groupVersion: { group: string; version: string },
  parts: string[],
): Target | undefined {
  const [first = "", second, third] = parts;
  const isInside = first === "namespaces" && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third);
  if (isInside) return resourceAt(groupVersion, parts.slice(2), second);
  const target = resourceAt(groupVersion, parts, undefined);
  // A namespace is authorised inside itself.
  if (first === "namespaces" && second !== undefined && target !== undefined)
    return { ...target, namespace: second };
  return target;
}

function resourceAt(
  groupVersion: { group: string; version: string },
  [resource = "", name, subresource, ...rest]: string[],
  namespace: string | undefined,
): Target | undefined {
  if (rest.length > 0 && subresource !== "proxy") return undefined;
  return {
    ref: { ...groupVersion, resource, ...(subresource !== undefined && { subresource }) },
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): string {
  switch (method) {
    case "GET":
    case "HEAD":
      if (name !== undefined) return "get";
      return isTrue(query.get("watch")) ? "watch" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === undefined ? "deletecollection" : "delete";
    default:
      return method.toLowerCase();
  }
}

/** A list of the one object of a name is authorised like the object. */
function nameFromSelector(verb: string, query: URLSearchParams): string | undefined {
  if (!["list", "watch", "deletecollection"].includes(verb)) return undefined;
  return selectedName(query.get("fieldSelector") ?? undefined);
}

/** As a real API server reads a parameter that is yes or no: whatever is given, and does not deny, is yes. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}
