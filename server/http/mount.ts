import type { Request, RequestHandler } from "express";
import type { CookieScope } from "./cookies.js";

/** Where learners reach Lectern. */
export interface Mount {
  /** Notes under which path the router of this request is mounted; runs before everything that asks. */
  note: RequestHandler;
  /** The path Lectern is mounted under, as the browser sees it; begins and ends with `/`. */
  base: (request: Request) => string;
  /** The whole address, ending in `/`. */
  url: (request: Request) => string;
  scope: (request: Request) => CookieScope;
}

/**
 * Derives addresses from the public one, which ends in `/`, where it is given, else from the request itself. `tlsUrl` is where browsers reach a server
 * that has TLS and is asked without: by a command line of its machine.
 */
export function createMount(publicUrl: string | undefined, tlsUrl?: () => string): Mount {
  const noted = new WeakMap<Request, string>();
  const fixed = publicUrl === undefined ? undefined : new URL(publicUrl);
  const base = (request: Request) => fixed?.pathname ?? noted.get(request) ?? "/";
  return {
    note: (request, _response, next) => {
      noted.set(request, `${request.baseUrl}/`);
      next();
    },
    base,
    url: (request) => {
      if (fixed !== undefined) return fixed.href;
      if (tlsUrl !== undefined && !request.secure) return tlsUrl();
      return `${request.protocol}://${request.headers.host ?? "localhost"}${base(request)}`;
    },
    scope: (request) => ({ base: base(request), secure: fixed?.protocol === "https:" || request.secure }),
  };
}
