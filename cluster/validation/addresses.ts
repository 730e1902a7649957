import { BlockList, isIP } from "node:net";
import type { NameRule } from "./names.js";

const LOOPBACK = "may not be in the loopback range (127.0.0.0/8, ::1/128)";
const LINK_LOCAL = "may not be in the link-local range (169.254.0.0/16, fe80::/10)";
const LINK_LOCAL_MULTICAST = "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)";

/**
 * IPv4 without the zeros that numbers of it may begin with, which Kubernetes has always read past; any other text as it is. Two texts
 * that come to the same are one address.
 */
export function plainAddress(text: string): string {
  return /^\d+(?:\.\d+){3}$/.test(text) ? text.replaceAll(/\b0+(?=\d)/g, "") : text;
}

/** The family of an address, 4 or 6, or 0 of what is none; IPv4 that is written as IPv6 is of the first. */
export function familyOf(text: string): 0 | 4 | 6 {
  if (text.includes("%")) return 0;
  const family = isIP(plainAddress(text));
  return family === 6 && isMapped(text) ? 4 : (family as 0 | 4 | 6);
}

/** The one text of an IPv6 address that RFC 5952 recommends. */
export function canonicalIpv6(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** Whether it is IPv6 that stands for IPv4, `::ffff:1.2.3.4`. */
export function isMapped(text: string): boolean {
  return isIP(text) === 6 && /^::ffff:[0-9a-f.]+(?::[0-9a-f]+)?$/i.test(text);
}

/** An address as Kubernetes reads it: IPv4 in four numbers, or IPv6. */
export const ipAddress: NameRule = (text) =>
  familyOf(text) === 0 ? ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"] : [];

/** A network in CIDR form. */
export const cidr: NameRule = (text) =>
  readCidr(text) === undefined ? ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"] : [];

/** An address that others than this machine may be reached at. */
export const outsideAddress: NameRule = (text) => {
  const problems = ipAddress(text);
  if (problems.length > 0) return problems;
  const plain = plainAddress(text);
  const isV4 = familyOf(text) === 4;
  if (plain === "0.0.0.0" || text === "::") return [`may not be unspecified (${text})`];
  if (isV4 ? plain.startsWith("127.") : text === "::1") return [LOOPBACK];
  if (isInNetwork(text, isV4 ? "169.254.0.0/16" : "fe80::/10")) return [LINK_LOCAL];
  return isInNetwork(text, isV4 ? "224.0.0.0/24" : "ff02::/10") ? [LINK_LOCAL_MULTICAST] : [];
};

/** Whether the network of the one text lies in that of the other, and is not the same. */
export function isStrictPart(inner: string, outer: string): boolean {
  const [a, b] = [readCidr(inner), readCidr(outer)];
  if (a === undefined || b === undefined || a.family !== b.family || a.bits <= b.bits) return false;
  return isInNetwork(a.address, outer);
}

/** Whether the address lies in the network; false for what is none. */
export function isInNetwork(address: string, network: string): boolean {
  const [found, plain] = [readCidr(network), plainAddress(address)];
  if (found === undefined || isIP(plain) === 0) return false;
  const family = found.family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(found.address, found.bits, family);
  return list.check(plain, isIP(plain) === 4 ? "ipv4" : "ipv6");
}

function readCidr(text: string): { address: string; bits: number; family: number } | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const [, written = "", bits = ""] = match ?? [];
  const address = plainAddress(written);
  const family = isIP(address);
  if (match === null || family === 0 || Number(bits) > (family === 4 ? 32 : 128)) return undefined;
  return { address, bits: Number(bits), family };
}
