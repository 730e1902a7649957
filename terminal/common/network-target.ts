/** What a session's shells may reach outside of their own network. */
export interface NetworkTarget {
  /** A name or an address in numbers; IPv6 without brackets. */
  host: string;
  port: number;
  /**
   * `platform`: the Kubernetes API and Lectern itself, wherever they are. `lab`: what a lab asks for; this machine and addresses that
   * clouds keep for themselves are refused even where a name leads there.
   */
  of: "platform" | "lab";
}

/** Most targets of one session; each has an address of its own, 127.1.0.1 to 127.1.0.254. */
export const MAX_NETWORK_TARGETS = 64;

/** Host and port of a web address, for a target. Throws where the text is none. */
export function targetOfUrl(url: string): NetworkTarget {
  const { hostname, port, protocol } = new URL(url);
  const usual = protocol === "https:" || protocol === "wss:" ? 443 : 80;
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? usual : Number(port),
    of: "platform",
  };
}

/** Addresses by which clouds hand machines their secrets, besides the link-local ones. */
const METADATA = new Set([
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "fd00:ec2::254",
  "fd20:ce::254",
]);

/**
 * The one way to write an address in numbers: IPv6 shortened, without its zone, and IPv4 in IPv6 clothes (`::ffff:10.0.0.1`,
 * `64:ff9b::a00:1`) as the plain address.
 */
export function plainAddress(address: string): string {
  const text = address.toLowerCase().replace(/%.*$/, "");
  if (!text.includes(":")) return text;
  // The parser of web addresses writes IPv6 as RFC 5952 asks.
  const short = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const tail = ["::ffff:", "64:ff9b::"].find((prefix) => short.startsWith(prefix));
  return (tail !== undefined && ipv4Of(short.slice(tail.length))) || short;
}

/**
 * Whether a lab may never reach an address in numbers: this machine (loopback, unspecified), link-local and multicast addresses,
 * and those where clouds keep a machine's credentials.
 */
export function isForbiddenAddress(address: string): boolean {
  const text = plainAddress(address);
  if (METADATA.has(text)) return true;
  if (!text.includes(":")) {
    const [first = 0, second = 0] = text.split(".").map(Number);
    return first === 0 || first === 127 || first >= 224 || (first === 169 && second === 254);
  }
  const first = Number.parseInt(text.split(":", 1)[0] ?? "", 16);
  return text.startsWith("::") || (first & 0xffc0) === 0xfe80 || (first & 0xff00) === 0xff00;
}

/** The last 32 bits of an IPv6 address as IPv4; `undefined` where there are more. */
function ipv4Of(groups: string): string | undefined {
  const parts = groups.split(":");
  if (parts.length > 2) return undefined;
  const [high = 0, low = 0] = parts.length === 2 ? parts.map(hexOf) : [0, hexOf(groups)];
  return [high >>> 8, high & 0xff, low >>> 8, low & 0xff].join(".");
}

function hexOf(group: string): number {
  return group === "" ? 0 : Number.parseInt(group, 16);
}
