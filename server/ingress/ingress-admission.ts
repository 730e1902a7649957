import type { IncomingMessage } from "node:http";
import type { Request } from "express";
import type { Access, Credentials, GuardedSession } from "../http/access.js";
import { LEARNER, type Tokens } from "../auth/tokens.js";
import type { AccountStanding } from "../http/account-access.js";
import { ENTRY_PATH, type IngressRequest, ingressOrigin } from "./ingress-addresses.js";
import { admissionTokens } from "./ingress-cookie.js";

/** A browser follows the address at once; what is left of it in a history is worth nothing. */
const ENTRY_MS = 60_000;
/** A working day, as an instructor's log-in. */
export const STAY_MS = 12 * 3600 * 1000;

/** Who may open an application: whoever may use the session, by an address that was given to that page. */
export interface IngressAdmission {
  /** The address that lets the browser in, for a request that may use the session. Below a path it is relative to the mount. */
  addressFor(
    request: Request,
    session: GuardedSession,
    target: Pick<IngressRequest, "ingress" | "path">,
  ): string;
  /** What the browser holds from then on, for an entry that is good; nothing for another one. */
  stayFor(session: GuardedSession, ingress: string, entry: string): string | undefined;
  /** Whether the request brings the right to the application. */
  isAdmitted(
    asked: IngressRequest,
    session: GuardedSession,
    request: Pick<IncomingMessage, "headers">,
  ): boolean;
}

export interface AdmissionParts {
  tokens: Tokens;
  access: Pick<Access, "isLearner" | "standingOf" | "stands">;
  /** The wildcard domain; applications are below a path where absent. */
  domain: string | undefined;
  /** Where browsers reach Lectern, ending in `/`. */
  url: (request: Request) => string;
}

export function createIngressAdmission(parts: AdmissionParts): IngressAdmission {
  const { tokens, domain, access } = parts;
  /** Who holds the token, if it is good and so is their right. */
  const goodHolder = (
    purpose: "entry" | "stay",
    session: GuardedSession,
    ingress: string,
    token: string,
  ): string | undefined => {
    const holder = tokens.ingressHolderOf(session, token, { purpose, ingress, now: Date.now() });
    return holder === LEARNER || (holder !== undefined && access.stands(readHolder(holder), session))
      ? holder
      : undefined;
  };
  const holderOf = (request: Credentials, session: GuardedSession) =>
    access.isLearner(request, session) ? {} : { holder: writeHolder(access.standingOf(request)) };
  return {
    addressFor: (request, session, { ingress, path }) => {
      const holder = holderOf(request, session);
      if (domain === undefined) {
        const stay = { purpose: "stay", ingress, expiresAt: Date.now() + STAY_MS, ...holder } as const;
        return `s/${session.id}/ingress/${ingress}/~${tokens.forIngress(session, stay)}${path}`;
      }
      const entry = { purpose: "entry", ingress, expiresAt: Date.now() + ENTRY_MS, ...holder } as const;
      const query = new URLSearchParams({ token: tokens.forIngress(session, entry), to: path });
      const origin = ingressOrigin(parts.url(request), domain, { ingress, session: session.id });
      return `${origin}${ENTRY_PATH}?${query.toString()}`;
    },
    stayFor: (session, ingress, entry) => {
      const holder = goodHolder("entry", session, ingress, entry);
      if (holder === undefined) return undefined;
      return tokens.forIngress(session, {
        purpose: "stay",
        ingress,
        expiresAt: Date.now() + STAY_MS,
        holder,
      });
    },
    isAdmitted: ({ ingress, pathToken }, session, { headers }) =>
      (pathToken === undefined ? admissionTokens(headers.cookie) : [pathToken]).some(
        (token) => goodHolder("stay", session, ingress, token) !== undefined,
      ),
  };
}

function writeHolder(standing: AccountStanding): string {
  return Buffer.from(JSON.stringify(standing)).toString("base64url");
}

/** Of a token whose signature was found good. */
function readHolder(text: string): AccountStanding {
  return JSON.parse(Buffer.from(text, "base64url").toString("utf8")) as AccountStanding;
}
