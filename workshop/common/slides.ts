import type { Variables } from "./fill-plain.js";

/** The tab of the lab's slides, in sessions of labs that have some. */
export const SLIDES_TAB = "Slides";

/** Path below which slides are found in a session of Educates, whose addresses labs name. */
const PATH = "/slides";

/**
 * Which place in the session's slides an address leads to, relative to their folder: `/slides/#/2` is `#/2`, and the empty text their
 * beginning. `undefined` for other addresses. Whole addresses are those of the session, as its variables have them.
 */
export function slidesPlace(address: string, variables: Variables): string | undefined {
  const path = hostsOf(variables).reduce<string | undefined>(
    (found, host) => found ?? (address.startsWith(`${host}${PATH}`) ? address.slice(host.length) : undefined),
    address.startsWith(PATH) ? address : undefined,
  );
  const rest = path?.slice(PATH.length);
  if (rest === undefined || !/^(?:$|[/?#])/.test(rest)) return undefined;
  return rest.replace(/^\/+/, "");
}

/** What may stand before the path: the session's own addresses, as pages of Educates compose them. */
function hostsOf(variables: Variables): string[] {
  const { ingress_protocol: protocol, session_hostname: host, ingress_domain: domain } = variables;
  const { session_name: session, session_url: url } = variables;
  return [
    url ?? "",
    `${protocol ?? ""}://${host ?? ""}`,
    `${protocol ?? ""}://${session ?? ""}.${domain ?? ""}`,
  ].filter((start) => start.includes("://"));
}

/** An address of that place as labs write it. */
export function slidesPath(place: string): string {
  return `${PATH}/${place}`;
}

/**
 * Where a session's browser finds its slides, relative to where Lectern is mounted, ending in a slash. The key stands within the path, so
 * that what a slide names beside it is found too.
 */
export function slidesUrl(session: string, key: string): string {
  return `api/sessions/${session}/slides/${key}/`;
}
