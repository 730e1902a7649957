import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { PAGE_KEY_HEADER } from "../../workshop/common/api.js";
import type { IngressRequest } from "./ingress-addresses.js";
import { ownHostOnly, withoutOurs } from "./ingress-cookie.js";

/** Who a request comes from and where to. */
export interface Forwarding extends Pick<IngressRequest, "prefix"> {
  /** Whether the application is below a path of ours, and so shares our origin and cookies. */
  isBelowPath: boolean;
  client: string;
  protocol: "http" | "https";
  /** Origin of Lectern's own pages, which may frame the application. */
  pages: string;
  /** Where Ingress objects decide what answers: the host they are asked for, and the name in its place where they know none such. */
  rules?: { host: string; name: string };
}

/** Names an Ingress to what serves them in the network of a session's pods; see `containers/node/ingress-forward.ts`. */
const INGRESS_NAME_HEADER = "x-lectern-ingress";

/** Between two hops only (RFC 9110, 7.6.1); each side has its own. */
const OF_ONE_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What a browser's request says of the way it took, which only we know, and of us. */
const OF_REQUESTS_OURS = new Set([
  PAGE_KEY_HEADER,
  INGRESS_NAME_HEADER,
  "forwarded",
  "x-real-ip",
  "http2-settings",
]);

/** What the application is sent. A request body keeps its length, or comes in chunks as it came. */
export function requestHeaders(headers: IncomingHttpHeaders, forwarding: Forwarding): OutgoingHttpHeaders {
  const { isBelowPath, client, protocol, prefix, rules } = forwarding;
  const dropped = namedIn(headers.connection);
  const kept = Object.entries(headers).filter(
    ([name]) =>
      !OF_ONE_HOP.has(name) &&
      !OF_REQUESTS_OURS.has(name) &&
      !name.startsWith("x-forwarded-") &&
      !dropped.has(name) &&
      name !== "cookie",
  );
  // Below a path the browser sends what is meant for our own pages, and no application sets any.
  const cookie = isBelowPath ? undefined : withoutOurs(headers.cookie);
  return {
    ...Object.fromEntries(kept),
    ...(cookie === undefined ? {} : { cookie }),
    ...(rules === undefined ? {} : { host: rules.host, [INGRESS_NAME_HEADER]: rules.name }),
    ...(headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" }),
    "x-forwarded-for": client,
    "x-forwarded-proto": protocol,
    ...(headers.host === undefined ? {} : { "x-forwarded-host": headers.host }),
    ...(prefix === "" ? {} : { "x-forwarded-prefix": prefix }),
  };
}

/** What describes the content, all that is let through where the application shares our origin. */
const OF_CONTENT = new Set([
  "accept-ranges",
  "age",
  "allow",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-range",
  "content-type",
  "date",
  "etag",
  "expires",
  "last-modified",
  "location",
  "retry-after",
  "vary",
]);

/** What speaks for more than the one host name, or to a proxy in front of us. */
const OF_MORE_THAN_THE_HOST =
  /^(?:clear-site-data|strict-transport-security|public-key-pins.*|alt-svc|nel|report-to|x-accel-.*|x-sendfile|x-lighttpd-send-file|x-frame-options|expect-ct)$/;

/** What the page may do that shares our origin: run, but as nobody, without our storage and cookies. */
const SANDBOX = "sandbox allow-scripts allow-forms allow-popups allow-downloads allow-modals";

/** What the browser is sent of an application's answer. */
export function responseHeaders(
  headers: IncomingHttpHeaders,
  forwarding: Forwarding,
  request: Pick<IncomingHttpHeaders, "host" | "origin">,
): OutgoingHttpHeaders {
  const dropped = namedIn(headers.connection);
  const isKept = forwarding.isBelowPath
    ? (name: string) => OF_CONTENT.has(name)
    : (name: string) => !OF_MORE_THAN_THE_HOST.test(name);
  const kept = Object.entries(headers).filter(
    ([name]) => !OF_ONE_HOP.has(name) && !dropped.has(name) && name !== "set-cookie" && isKept(name),
  );
  const location =
    headers.location === undefined ? undefined : redirect(headers.location, forwarding, request);
  const cookies = forwarding.isBelowPath
    ? []
    : (headers["set-cookie"] ?? []).flatMap((cookie) => ownHostOnly(cookie) ?? []);
  return {
    ...Object.fromEntries(kept),
    ...(location === undefined ? {} : { location }),
    ...(cookies.length === 0 ? {} : { "set-cookie": cookies }),
    ...(forwarding.isBelowPath
      ? sandboxedHeaders(request.origin)
      : { "content-security-policy": policyOf(headers["content-security-policy"], forwarding.pages) }),
  };
}

/**
 * Headers of everything below a path. A sandboxed page is of the origin `null`, which may read what it asks for: it knows the address,
 * and no cookie is looked at.
 */
export function sandboxedHeaders(origin?: string): OutgoingHttpHeaders {
  return {
    "content-security-policy": `${SANDBOX}; frame-ancestors 'self'`,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "cross-origin",
    ...(origin === "null" ? { "access-control-allow-origin": "null" } : {}),
  };
}

/** Who may frame the application is for us to say; what else its policy says stays. */
function policyOf(given: string | string[] | undefined, pages: string): string {
  const policies = [given ?? []].flat().flatMap((header) => header.split(","));
  const others = policies
    .map((policy) =>
      policy
        .split(";")
        .filter((directive) => !/^\s*frame-ancestors(\s|$)/i.test(directive))
        .join(";"),
    )
    .filter((policy) => policy.trim() !== "");
  return [...others, `frame-ancestors 'self' ${pages}`].join(", ");
}

/** A redirect within the application, as the browser has to ask for it. */
function redirect(
  location: string,
  { prefix, rules }: Pick<Forwarding, "prefix" | "rules">,
  { host }: Pick<IncomingHttpHeaders, "host">,
): string {
  if (/^\/(?!\/)/.test(location)) return prefix + location;
  if (!URL.canParse(location)) return location;
  const url = new URL(location);
  const isOwn =
    url.host === host ||
    url.hostname === rules?.host ||
    url.hostname === "localhost" ||
    url.hostname === "127.0.0.1";
  return isOwn ? prefix + url.pathname + url.search + url.hash : location;
}

function namedIn(connection: string | undefined): Set<string> {
  return new Set((connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
}
