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
 * Whether a lab may never reach an address in numbers: this machine (loopback, unspecified), link-local and multicast addresses,
 * and those where clouds keep a machine's credentials.
 */
export function isForbiddenAddress(address: string): boolean {
  const text = address.toLowerCase().replace(/%.*$/, "");
  const mapped = mappedIpv4(text);
  if (mapped !== undefined) return isForbiddenAddress(mapped);
  if (METADATA.has(text)) return true;
  if (!text.includes(":")) {
    const [first = 0, second = 0] = text.split(".").map(Number);
    return first === 0 || first === 127 || first >= 224 || (first === 169 && second === 254);
  }
  const first = Number.parseInt(text.split(":", 1)[0] ?? "", 16);
  return text.startsWith("::") || (first & 0xffc0) === 0xfe80 || (first & 0xff00) === 0xff00;
}

/** IPv4 in IPv6 clothes, `::ffff:10.0.0.1` or `64:ff9b::a00:1`, as the plain address. */
function mappedIpv4(text: string): string | undefined {
  const tail = ["::ffff:", "64:ff9b::"].find((prefix) => text.startsWith(prefix));
  if (tail === undefined) return undefined;
  const rest = text.slice(tail.length);
  if (rest.includes(".")) return rest;
  const [high = "0", low = "0"] = rest.includes(":") ? rest.split(":") : ["0", rest];
  const value = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join(".");
}
