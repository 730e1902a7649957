import type { IncomingMessage } from "node:http";
import type { Request } from "express";
import type { Access, Credentials, GuardedSession } from "../http/access.js";
import type { Tokens } from "../auth/tokens.js";
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
  access: Pick<Access, "isLearner">;
  /** Asked each time, because it may be renewed while the server runs. */
  instructorToken: () => string;
  /** The wildcard domain; applications are below a path where absent. */
  domain: string | undefined;
  /** Where browsers reach Lectern, ending in `/`. */
  url: (request: Request) => string;
}

export function createIngressAdmission(parts: AdmissionParts): IngressAdmission {
  const { tokens, domain, instructorToken } = parts;
  const isGood = (purpose: "entry" | "stay", session: GuardedSession, ingress: string, token: string) => {
    const asked = { purpose, ingress, now: Date.now(), instructorToken: instructorToken() };
    return tokens.isForIngress(session, token, asked);
  };
  const holderOf = (request: Credentials, session: GuardedSession) =>
    parts.access.isLearner(request, session) ? {} : { instructorToken: instructorToken() };
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
      if (!isGood("entry", session, ingress, entry)) return undefined;
      const holder = /\.instructor\./.test(entry) ? { instructorToken: instructorToken() } : {};
      return tokens.forIngress(session, {
        purpose: "stay",
        ingress,
        expiresAt: Date.now() + STAY_MS,
        ...holder,
      });
    },
    isAdmitted: ({ ingress, pathToken }, session, { headers }) =>
      (pathToken === undefined ? admissionTokens(headers.cookie) : [pathToken]).some((token) =>
        isGood("stay", session, ingress, token),
      ),
  };
}
