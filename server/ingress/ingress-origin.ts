import type { IncomingMessage } from "node:http";
import { ServerError, serverErrorCodes } from "../errors.js";

type RequestOrigin = Pick<IncomingMessage, "headers" | "method">;

/** Where a browser shows what it asks for as a page of its own. */
const PAGES = new Set(["document", "iframe", "frame"]);

/**
 * Refuses what pages of other origins ask an application for: a sibling's page is of the same site, so that the browser sends it the
 * cookie. To lead to an application by a link or in a frame is all they may. `isOwn` knows the application's own origins. Throws
 * SERVER_CROSS_SITE.
 */
export function checkHostOrigin(
  { headers, method }: RequestOrigin,
  isOwn: (origin: string) => boolean,
): void {
  const { origin } = headers;
  if (origin !== undefined && isOwn(origin)) return;
  const site = headers["sec-fetch-site"];
  if (site === "same-origin" || site === "none") return;
  const isRead = method === "GET" || method === "HEAD";
  const isUpgrade = headers.upgrade !== undefined;
  const isNavigation = headers["sec-fetch-mode"] === "navigate";
  // Without TLS a browser says nothing of the site: an address that is only read names no origin either.
  const isLed = site === undefined ? origin === undefined : isNavigation;
  if (isRead && isLed && (!isUpgrade || origin === undefined)) return;
  throw refused(origin);
}

/**
 * Refuses what no sandboxed page asks for below a path: a script, a worker or anything else that a page of our own would take in as its
 * own. Throws SERVER_CROSS_SITE.
 */
export function checkPathOrigin({ headers }: RequestOrigin): void {
  const { origin } = headers;
  const isSandboxed = origin === undefined || origin === "null";
  const isTakenIn =
    headers["sec-fetch-site"] === "same-origin" && !PAGES.has(String(headers["sec-fetch-dest"]));
  if (isSandboxed && !isTakenIn && headers["service-worker"] === undefined) return;
  throw refused(origin);
}

function refused(origin: string | undefined): ServerError {
  return new ServerError(
    serverErrorCodes.crossSite,
    `A page of ${origin ?? "another origin"} may not ask this application for anything; only its own pages may.`,
  );
}
