/** Ports that an address may leave out. */
const USUAL_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/**
 * The header by which the answer of a tab refuses to be shown in our page, or nothing where it lets itself be shown: `frame-ancestors` of
 * Content Security Policy, which goes before `X-Frame-Options` where it is given. `tab` and `page` are addresses.
 */
export function framingRefusal(
  headers: Headers,
  { tab, page }: { tab: string; page: string },
): string | undefined {
  const own = new URL(tab);
  const ancestor = new URL(page);
  // Each of several policies must let it be shown.
  const lists = (headers.get("content-security-policy") ?? "").split(",").flatMap(frameAncestors);
  if (lists.length > 0) {
    const refusing = lists.find((sources) => !sources.some((source) => admits(source, { own, ancestor })));
    return refusing && `frame-ancestors ${refusing.join(" ") || "'none'"}`;
  }
  const options = headers.get("x-frame-options")?.trim();
  const isRefused =
    /^deny$/i.test(options ?? "") || (/^sameorigin$/i.test(options ?? "") && !isSame(own, ancestor));
  return isRefused ? `X-Frame-Options: ${options ?? ""}` : undefined;
}

/** The sources of the policy's directive; the first one counts. */
function frameAncestors(policy: string): string[][] {
  const directives = policy.split(";").map((directive) => directive.trim().split(/\s+/));
  const found = directives.find(([name = ""]) => name.toLowerCase() === "frame-ancestors");
  return found === undefined ? [] : [found.slice(1)];
}

function admits(source: string, { own, ancestor }: { own: URL; ancestor: URL }): boolean {
  const written = source.toLowerCase();
  if (written === "'self'") return isSame(own, ancestor);
  if (written === "*") return ancestor.protocol in USUAL_PORTS;
  if (/^[a-z][a-z0-9+.-]*:$/.test(written)) return admitsScheme(written, ancestor);
  const [, scheme, host = "", port] =
    /^(?:([a-z][a-z0-9+.-]*:)\/\/)?([^/:]+)(?::(\d+|\*))?(?:\/|$)/.exec(written) ?? [];
  if (!admitsScheme(scheme ?? own.protocol, ancestor) || !admitsHost(host, ancestor.hostname)) return false;
  const asked = ancestor.port || USUAL_PORTS[ancestor.protocol];
  return port === "*" || (port ?? USUAL_PORTS[ancestor.protocol]) === asked;
}

/** What is for http is for https as well. */
function admitsScheme(scheme: string, { protocol }: URL): boolean {
  return scheme === protocol || (scheme === "http:" && protocol === "https:");
}

function admitsHost(host: string, name: string): boolean {
  return host.startsWith("*.") ? name.endsWith(host.slice(1)) : host === name;
}

function isSame(one: URL, other: URL): boolean {
  return one.origin === other.origin;
}
