import type { IncomingHttpHeaders } from "node:http";
import { PAGE_KEY_HEADER } from "../../workshop/common/api.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/**
 * The key the page holds, or nothing where it sends none of the form a page makes (32 random bytes, base64url). Cookies go to every
 * port of a host name and so to whatever a learner's shell serves there; this does not.
 */
export function pageKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const key = headers[PAGE_KEY_HEADER];
  return typeof key === "string" && /^[\w-]{43}$/.test(key) ? key : undefined;
}

/** The same. Throws SERVER_BAD_REQUEST where there is none. */
export function requirePageKey({ headers }: { headers: IncomingHttpHeaders }): string {
  const key = pageKeyOf(headers);
  if (key !== undefined) return key;
  throw new ServerError(
    serverErrorCodes.badRequest,
    `The request has no header ${PAGE_KEY_HEADER} with the key of its page (43 characters of base64url). Reload the page.`,
  );
}
