import { stringifySetCookie } from "cookie";

const NAME = "lectern-application";
/** Names that are ours, with and without what browsers hold to a host: no application is sent one, and none may set one. */
const OURS = /^(?:__Host-|__Secure-)?lectern-/i;

/** How the browser reaches the host name of an application. */
export interface CookieHost {
  /** Whether by HTTPS. */
  secure: boolean;
  /** Host as the request names it. */
  host: string;
}

/**
 * The cookie by which a browser stays admitted to one host name, which is one application. Over TLS it is also sent where the lab's page
 * is of another site, and then only inside that page.
 */
export function admissionCookie({ secure, host }: CookieHost, token: string, maxAgeMs: number): string {
  const common = { httpOnly: true, path: "/", maxAge: Math.floor(maxAgeMs / 1000) };
  if (secure || isLocalName(host)) {
    const framed = { ...common, secure: true, sameSite: "none", partitioned: true } as const;
    return stringifySetCookie(secure ? `__Host-${NAME}` : NAME, token, framed);
  }
  return stringifySetCookie(NAME, token, { ...common, sameSite: "lax" });
}

/** Browsers trust names of this machine as they trust TLS. */
function isLocalName(host: string): boolean {
  return /(^|\.)localhost(:\d+)?$/i.test(host);
}

/** Every value the browser sends of that cookie: pages of sibling hosts can add values of the plain name, and take none away. */
export function admissionTokens(header: string | undefined): string[] {
  return pairsOf(header)
    .filter(({ name }) => name === NAME || name === `__Host-${NAME}`)
    .map(({ value }) => value);
}

/** The cookies without ours; nothing where none is left. */
export function withoutOurs(header: string | undefined): string | undefined {
  const others = pairsOf(header).filter(({ name }) => !OURS.test(name));
  return others.length === 0 ? undefined : others.map(({ text }) => text).join("; ");
}

/** A cookie that an application sets, held to its own host name; nothing for one of a name of ours. */
export function ownHostOnly(setCookie: string): string | undefined {
  const [pair = "", ...attributes] = setCookie.split(";");
  if (OURS.test(pair.trim())) return undefined;
  return [pair, ...attributes.filter((attribute) => !/^\s*domain\s*(=|$)/i.test(attribute))].join(";");
}

function pairsOf(header: string | undefined): { name: string; value: string; text: string }[] {
  return (header ?? "")
    .split(";")
    .map((part) => part.trim())
    .filter((text) => text !== "")
    .map((text) => {
      const at = text.indexOf("=");
      return { text, name: at < 0 ? "" : text.slice(0, at).trim(), value: text.slice(at + 1).trim() };
    });
}
