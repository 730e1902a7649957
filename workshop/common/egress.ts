/** A machine outside of the cluster that a lab's shells may reach. */
export interface EgressTarget {
  /** A name, or an address in numbers; IPv6 without brackets. */
  host: string;
  port: number;
}

/** Most entries of one lab; the session host takes 64 targets, and the platform needs a few of them. */
export const MAX_EGRESS = 32;

/** Letters, digits and hyphens between dots, or an IPv6 address in brackets; then the port. */
const ENTRY = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)):(\d{1,5})$/;
/** This machine and link-local addresses as a lab would write them; what a name leads to is looked at when it is dialled. */
const LOCAL =
  /^(?:localhost|.*\.localhost|0(?:\..*)?|127\..*|169\.254\..*|::.*|64:ff9b:.*|fe[89ab].*|metadata\.google\.internal)$/i;
/** Addresses besides the link-local ones by which clouds hand machines their secrets. */
const METADATA = new Set([
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "fd00:ec2::254",
  "fd20:ce::254",
]);

/** Reads `host:port`, with an address in numbers in its one usual form; `undefined` where the text is none. */
export function egressTarget(text: string): EgressTarget | undefined {
  const [, address, name, port] = ENTRY.exec(text) ?? [];
  const host = name ?? usualForm(address ?? "");
  const number = Number(port);
  return host === undefined || number < 1 || number > 65_535 ? undefined : { host, port: number };
}

/** IPv6 as RFC 5952 writes it, so that `0:0:0:0:0:0:0:1` is seen to be `::1`. */
function usualForm(address: string): string | undefined {
  const url = `http://[${address}]/`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
}

/** Whether no lab may reach the target: this machine, and addresses by which clouds hand out a machine's credentials. */
export function isLocalTarget({ host }: EgressTarget): boolean {
  return LOCAL.test(host) || METADATA.has(host.toLowerCase());
}
