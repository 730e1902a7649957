import type { IncomingMessage } from "node:http";
import { ingressHost } from "../../workshop/common/ingress.js";

/** Which application a request is for. */
export interface IngressRequest {
  session: string;
  ingress: string;
  /** Path and query in the application; starts with `/`. */
  path: string;
  /** Where the application begins as the browser sees it: below a path it is long, at a host name of its own it is empty. */
  prefix: string;
  /** What a path brings of the right to it; at a host name a cookie does. */
  pathToken?: string;
}

/** Path at an application's host name by which a browser is let in; no application is asked there. */
export const ENTRY_PATH = "/.lectern/enter";

/** Names and tokens of an application's address below a path of ours. */
const BELOW_PATH = /^(.*?\/s\/([a-z0-9-]{1,63})\/ingress\/([a-z0-9-]{1,63})\/~([\w.-]{1,1200}))(\/.*)?$/;
const LABEL = /^[a-z0-9-]{1,63}$/;

/** Reads the address of an application below a path; nothing where the request is for something else. */
export function ingressBelowPath(url: string): IngressRequest | undefined {
  const at = url.search(/[?#]/);
  const [path, query] = at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at)];
  const [, prefix, session, ingress, pathToken, rest = "/"] = BELOW_PATH.exec(path) ?? [];
  if (prefix === undefined || session === undefined || ingress === undefined || pathToken === undefined)
    return undefined;
  return { session, ingress, pathToken, prefix, path: rest + query };
}

/** The first label of a host name right below the domain; nothing where the request came to another host. */
export function labelBelow(
  domain: string,
  { headers }: Pick<IncomingMessage, "headers">,
): string | undefined {
  const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  if (!host.endsWith(`.${domain}`)) return undefined;
  const label = host.slice(0, -domain.length - 1);
  return LABEL.test(label) ? label : undefined;
}

/** The ways to read `NAME-SESSION`: both may hold hyphens. */
export function readingsOf(label: string): { ingress: string; session: string }[] {
  return [...label.matchAll(/-/g)].map(({ index }) => ({
    ingress: label.slice(0, index),
    session: label.slice(index + 1),
  }));
}

/** The address of an application at a host name of its own, with the protocol and port of the server's, ending in `/`. */
export function ingressOrigin(
  server: string,
  domain: string,
  { ingress, session }: Pick<IngressRequest, "ingress" | "session">,
): string {
  const { protocol, port } = new URL(server);
  return `${protocol}//${ingressHost(ingress, session, domain)}${port === "" ? "" : `:${port}`}`;
}
