import { isIPv6 } from "node:net";

/** What a URL is made of, with every part as it was written. */
export interface GoUrl {
  scheme: string;
  host: string;
  hostname: string;
  port: string;
  /** Escaped. */
  path: string;
  query: string;
}

const HOST_SIGNS = /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\uFFFF]/u;
const USER = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2}).{0,2}/s;
const IN_PATH = /[^A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]/gu;

/** Reads a URL as Go's `url.ParseRequestURI` does: absolute, or a path that begins with a slash; throws Go's reason. */
export function parseRequestUrl(text: string): GoUrl {
  // Of the control characters Go refuses those of ASCII.
  if (/(?![\u0080-\u009F])\p{Cc}/u.test(text)) throw new Error("net/url: invalid control character in URL");
  if (text === "") throw new Error("empty url");
  const { scheme, rest } = splitScheme(text);
  const [before = "", query = ""] = rest.split(/\?(.*)/s);
  if (!before.startsWith("/")) {
    if (scheme === "") throw new Error("invalid URI for request");
    // What is no path is opaque, and said to be nothing else.
    return { scheme, host: "", hostname: "", port: "", path: "", query };
  }
  const isAuthority = before.startsWith("//") && (scheme !== "" || !before.startsWith("///"));
  if (!isAuthority || scheme === "") return { scheme, ...noHost, path: pathOf(before), query };
  const slash = before.indexOf("/", 2);
  const authority = before.slice(2, slash === -1 ? undefined : slash);
  return { scheme, ...hostOf(authority), path: slash === -1 ? "" : pathOf(before.slice(slash)), query };
}

const noHost = { host: "", hostname: "", port: "" };

function splitScheme(text: string): { scheme: string; rest: string } {
  const [, scheme, rest = ""] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text) ?? [];
  if (scheme !== undefined) return { scheme: scheme.toLowerCase(), rest };
  if (text.startsWith(":")) throw new Error("missing protocol scheme");
  return { scheme: "", rest: text };
}

function hostOf(authority: string): { host: string; hostname: string; port: string } {
  const at = authority.lastIndexOf("@");
  if (at !== -1 && !USER.test(authority.slice(0, at))) throw new Error("net/url: invalid userinfo");
  const host = authority.slice(at + 1);
  if (host.startsWith("[")) return bracketed(host);
  const colon = host.lastIndexOf(":");
  const [hostname, port] = colon === -1 ? [host, ""] : [host.slice(0, colon), host.slice(colon + 1)];
  if (!/^\d*$/.test(port)) throw new Error(`invalid port ${JSON.stringify(`:${port}`)} after host`);
  if (hostname.includes(":") && !/^[^:]*$/.test(hostname))
    throw new Error(`invalid port ${JSON.stringify(host.slice(host.indexOf(":")))} after host`);
  const escape = /%(..)?/s.exec(host);
  if (escape !== null && !/^%[89A-Fa-f][0-9A-Fa-f]$/.test(escape[0]))
    throw new Error(`invalid URL escape ${JSON.stringify(escape[0])}`);
  const bad = HOST_SIGNS.exec(host)?.[0];
  if (bad !== undefined) throw new Error(`invalid character ${JSON.stringify(bad)} in host name`);
  return { host, hostname, port };
}

function bracketed(host: string): { host: string; hostname: string; port: string } {
  const end = host.lastIndexOf("]");
  if (end === -1) throw new Error("missing ']' in host");
  const [hostname, port] = [host.slice(1, end), host.slice(end + 1)];
  if (!/^(?::\d*)?$/.test(port)) throw new Error(`invalid port ${JSON.stringify(port)} after host`);
  if (!isIPv6(hostname.replace(/%25.*$/s, ""))) throw new Error("invalid host");
  return { host, hostname, port: port.slice(1) };
}

function pathOf(written: string): string {
  const bad = BAD_ESCAPE.exec(written)?.[0];
  if (bad !== undefined) throw new Error(`invalid URL escape ${JSON.stringify(bad)}`);
  return written.replaceAll(IN_PATH, (sign) => encodeURIComponent(sign));
}
