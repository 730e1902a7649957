import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a request comes from one of our own pages: its Origin is exactly one of `allowed` (such as
 * `http://localhost:8080`) and its Host is that origin's. The port counts: cookies ignore it, attackers on the same
 * machine do not. The Host check keeps out names that an attacker points at this address.
 */
export function matchesOrigin(
  headers: Pick<IncomingHttpHeaders, "origin" | "host">,
  allowed: readonly string[],
): boolean {
  const { origin, host } = headers;
  if (origin === undefined || host === undefined || !allowed.includes(origin)) return false;
  return origin === `http://${host}` || origin === `https://${host}`;
}
