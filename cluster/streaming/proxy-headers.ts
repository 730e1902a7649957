import type { IncomingMessage } from "node:http";
import type { Call } from "../http/call.js";

/** Headers that are about one connection. */
const OF_A_CONNECTION = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Segments up to and with `proxy`: `api/v1/namespaces/NAMESPACE/RESOURCE/NAME/proxy`. */
const SEGMENTS = 7;

/** What of a request's path is the target's, as the client wrote it with its query, and what stands before it. */
export function pathBehindProxy({ request }: Pick<Call, "request">): { prefix: string; path: string } {
  const url = request.url ?? "/";
  const target = url.startsWith("/") ? url : url.slice(url.indexOf("/", url.indexOf("//") + 2));
  let at = 0;
  for (let segment = 0; segment < SEGMENTS; segment += 1) {
    while (target[at] === "/") at += 1;
    while (at < target.length && !["/", "?"].includes(target[at] ?? "")) at += 1;
  }
  return { prefix: target.slice(0, at), path: target.slice(at) };
}

/** What the target is told: who asked stays between the client and the API. */
export function requestHeaders({
  request,
  upgrade,
}: Pick<Call, "request" | "upgrade">): Record<string, string | string[]> {
  const { host = "" } = request.headers;
  const named = namedByConnection(request);
  // The body of a request for another protocol is not passed on.
  if (upgrade !== undefined) named.add("content-length");
  const kept = Object.entries(request.headersDistinct).filter(
    ([name]) =>
      !OF_A_CONNECTION.has(name) &&
      !named.has(name) &&
      name !== "authorization" &&
      !name.startsWith("impersonate-"),
  ) as [string, string[]][];
  const client = request.socket.remoteAddress;
  return {
    ...Object.fromEntries(kept),
    ...(upgrade !== undefined && {
      connection: "Upgrade",
      upgrade: request.headers.upgrade ?? "",
    }),
    host,
    ...(request.headers["transfer-encoding"] !== undefined && { "transfer-encoding": "chunked" }),
    ...(client !== undefined && {
      "x-forwarded-for": [...(request.headersDistinct["x-forwarded-for"] ?? []), client].join(", "),
    }),
    "x-forwarded-host": host,
    "x-forwarded-proto": "https",
    "x-forwarded-uri": request.url ?? "/",
  };
}

/** What the client is told; a place on the target is one below `prefix` for it. */
export function responseHeaders(answer: IncomingMessage, prefix: string): string[] {
  const { rawHeaders } = answer;
  const named = namedByConnection(answer);
  const kept: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = [rawHeaders[at], rawHeaders[at + 1]];
    const lower = name.toLowerCase();
    if (OF_A_CONNECTION.has(lower) || named.has(lower)) continue;
    const isPlace = lower === "location" && value.startsWith("/") && !value.startsWith("//");
    kept.push(name, isPlace && !value.startsWith(prefix) ? prefix + value : value);
  }
  return kept;
}

/** Headers that a message itself says are about its connection. Source: RFC 9110, section 7.6.1. */
function namedByConnection({ headers }: Pick<IncomingMessage, "headers">): Set<string> {
  return new Set((headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
}
