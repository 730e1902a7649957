import type { IncomingMessage } from "node:http";
import type { TLSSocket } from "node:tls";
import { ServerError, serverErrorCodes } from "../errors.js";

export interface OriginRules {
  /** The address learners type where a proxy stands in front. */
  publicUrl?: string;
  /** Names of this machine that nobody else can point elsewhere: its own, and the one it was told to listen on. */
  names?: readonly string[];
  /** Whether the one at that address is a proxy whose word for the browser's protocol counts. */
  trusts?: (address: string) => boolean;
}

/** What of a request the checks look at. */
export type CheckedRequest = Pick<IncomingMessage, "headers" | "method"> & {
  socket: { localAddress?: string | undefined; encrypted?: boolean | undefined };
};

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses a request whose Host is not an address of this server: a name that somebody else's DNS points here would make a
 * foreign page one of ours. Throws SERVER_CROSS_SITE.
 */
export function checkHost(request: CheckedRequest, rules: OriginRules): void {
  const host = request.headers.host ?? "";
  if (publicHost(rules) === host) return;
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (LOOPBACK.has(name) || name === localName(request) || rules.names?.includes(name)) return;
  throw new ServerError(
    serverErrorCodes.crossSite,
    `This server does not answer for the host "${host}". Open it by its address, or start it with --public-url for that name.`,
  );
}

/**
 * Refuses a request that changes something, or an upgrade, unless it comes from a page of this very server. A command line
 * sends no Origin; it is let through when it brings a bearer token and no cookie. Throws SERVER_CROSS_SITE.
 */
export function checkOrigin(request: CheckedRequest, rules: OriginRules): void {
  const { origin, authorization, cookie } = request.headers;
  if (origin === undefined && authorization?.startsWith("Bearer ") && cookie === undefined) return;
  if (origin !== undefined && origin === originOf(request, rules)) return;
  throw new ServerError(
    serverErrorCodes.crossSite,
    `A page of ${origin ?? "an unnamed origin"} may not do this; only pages of this server may.`,
  );
}

/** Whether a method may change something. */
export function isUnsafe(method: string | undefined): boolean {
  return !SAFE_METHODS.has(method ?? "GET");
}

/** The request as the checks see it. */
export function checkedRequest(request: IncomingMessage, { trusts }: OriginRules): CheckedRequest {
  const socket = request.socket as Partial<TLSSocket>;
  const isTrusted = trusts?.(socket.remoteAddress ?? "") ?? false;
  const forwarded = String(request.headers["x-forwarded-proto"] ?? "")
    .split(",", 1)[0]
    ?.trim();
  const encrypted = socket.encrypted === true || (isTrusted && forwarded === "https");
  return {
    headers: request.headers,
    method: request.method,
    socket: { localAddress: socket.localAddress, encrypted },
  };
}

/** The origin a page of this server has, as the request reached it. */
export function originOf(request: CheckedRequest, rules: OriginRules): string {
  const host = request.headers.host ?? "";
  if (rules.publicUrl !== undefined && publicHost(rules) === host) return new URL(rules.publicUrl).origin;
  return `${request.socket.encrypted ? "https" : "http"}://${host}`;
}

/** The origins that pages of this server may have, as far as a content policy can name them. */
export function pageOrigins(request: CheckedRequest, rules: OriginRules): string[] {
  if (rules.publicUrl !== undefined) return [new URL(rules.publicUrl).origin];
  const port = /:\d+$/.exec(request.headers.host ?? "")?.[0] ?? "";
  const names = new Set(["localhost", "127.0.0.1", localName(request), ...(rules.names ?? [])]);
  return [...names]
    .filter((name) => name !== undefined && /^[a-z0-9.-]+$/.test(name))
    .map((name) => `${request.socket.encrypted ? "https" : "http"}://${name}${port}`);
}

function publicHost(rules: OriginRules): string | undefined {
  return rules.publicUrl === undefined ? undefined : new URL(rules.publicUrl).host;
}

/** An address cannot be rebound as a name can, so the one the connection came in on is as good as loopback. */
function localName(request: CheckedRequest): string | undefined {
  const address = request.socket.localAddress?.replace(/^::ffff:/, "");
  return address?.includes(":") ? `[${address}]` : address;
}
