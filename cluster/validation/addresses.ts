import { BlockList, isIP } from "node:net";
import type { NameRule } from "./names.js";

const LOOPBACK = "may not be in the loopback range (127.0.0.0/8, ::1/128)";

/** An address as Kubernetes reads it: IPv4 in four plain numbers, or IPv6. */
export const ipAddress: NameRule = (text) =>
  isIP(text) === 0 || text.includes("%")
    ? ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]
    : [];

/** A network in CIDR form. */
export const cidr: NameRule = (text) =>
  readCidr(text) === undefined ? ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"] : [];

/** An address that others than this machine may be reached at. */
export const outsideAddress: NameRule = (text) => {
  const problems = ipAddress(text);
  if (problems.length > 0) return problems;
  const isV4 = isIP(text) === 4;
  if (text === "0.0.0.0" || text === "::") return ["may not be unspecified (0.0.0.0 or ::)"];
  if (isV4 ? text.startsWith("127.") : text === "::1") return [LOOPBACK];
  return [];
};

/** Whether the network of the one text lies in that of the other, and is not the same. */
export function isStrictPart(inner: string, outer: string): boolean {
  const [a, b] = [readCidr(inner), readCidr(outer)];
  if (a === undefined || b === undefined || a.family !== b.family || a.bits <= b.bits) return false;
  return isInNetwork(a.address, outer);
}

/** Whether the address lies in the network; false for what is none. */
export function isInNetwork(address: string, network: string): boolean {
  const found = readCidr(network);
  if (found === undefined || isIP(address) === 0) return false;
  const family = found.family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(found.address, found.bits, family);
  return list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}

function readCidr(text: string): { address: string; bits: number; family: number } | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const [, address = "", bits = ""] = match ?? [];
  const family = isIP(address);
  if (match === null || family === 0 || Number(bits) > (family === 4 ? 32 : 128)) return undefined;
  return { address, bits: Number(bits), family };
}
