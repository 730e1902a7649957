import { randomBytes } from "node:crypto";
import type { Request, Response } from "express";
import { type EventResource, uidOf } from "../../workshop/common/event.js";
import { type Tokens, isSame } from "../auth/tokens.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import type { Credentials } from "./access.js";
import { type CookieScope, readCookies, setEventCookie } from "./cookies.js";
import { pageKeyOf, requirePageKey } from "./page-key.js";

/** Who may come to an event: browsers that opened its link and gave its code. */
export interface EventAccess {
  /** The link, relative to the mount point; what follows `#` is never sent to a server. */
  linkPath(event: EventResource): string;
  isCode(event: EventResource, code: string): boolean;
  /** Throws SERVER_UNAUTHORIZED. */
  requireLink(event: EventResource, token: string): void;
  /** Names the browser to the event; it keeps the name it has, or gets that of whom others vouch for. Throws SERVER_BAD_REQUEST where the page sends no key. */
  admit(request: Request, response: Response, event: EventResource, visitor?: string): string;
  /** The browser's name to the event. Throws SERVER_UNAUTHORIZED. */
  requireVisitor(request: Credentials, event: EventResource): string;
}

const VISITOR_BYTES = 16;
/** A browser that comes back for what it came to is still known, as long as that is kept unless an operator says otherwise. */
const COOKIE_GRACE_MS = 30 * 24 * 3600 * 1000;

export function createEventAccess({
  tokens,
  scope,
}: {
  tokens: Tokens;
  scope: (request: Request) => CookieScope;
}): EventAccess {
  const visitorOf = ({ headers }: Credentials, event: EventResource) => {
    const [cookie, pageKey] = [
      readCookies(headers.cookie).events.get(event.metadata.name),
      pageKeyOf(headers),
    ];
    if (cookie === undefined || pageKey === undefined) return undefined;
    return tokens.visitorOf(uidOf(event), pageKey, cookie);
  };
  return {
    linkPath: (event) => `e/${event.metadata.name}#join=${tokens.forEventLink(uidOf(event))}`,
    isCode: ({ spec: { code } }, given) => code === undefined || isSame(asHeard(code), asHeard(given)),
    requireLink: (event, token) => {
      if (!isSame(tokens.forEventLink(uidOf(event)), token))
        throw unauthorized("The link does not open this event. Open it whole, as you were given it.");
    },
    admit: (request, response, event, known) => {
      const visitor = known ?? visitorOf(request, event) ?? randomBytes(VISITOR_BYTES).toString("base64url");
      const token = tokens.forVisitor(uidOf(event), visitor, requirePageKey(request));
      const maxAgeMs = Math.max(0, Date.parse(event.spec.until) - Date.now()) + COOKIE_GRACE_MS;
      setEventCookie(response, scope(request), { name: event.metadata.name, token, maxAgeMs });
      return visitor;
    },
    requireVisitor: (request, event) => {
      const visitor = visitorOf(request, event);
      if (visitor !== undefined) return visitor;
      throw unauthorized(
        "This browser has not opened the link of the event, or keeps no cookies of this page. Open the link whole, and allow cookies.",
      );
    },
  };
}

/** Of a code that is told aloud nobody hears capitals, and telephones begin with one by themselves. */
function asHeard(code: string): string {
  return code.normalize("NFKC").trim().replaceAll(/\s+/g, " ").toLowerCase();
}

function unauthorized(message: string): ServerError {
  return new ServerError(serverErrorCodes.unauthorized, message);
}
