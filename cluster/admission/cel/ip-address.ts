import { isIP } from "node:net";

/** An IP address as a number; Kubernetes' CEL refuses zones and IPv4 written as IPv6. */
export interface IpAddress {
  family: 4 | 6;
  bits: bigint;
}

export interface Cidr {
  address: IpAddress;
  prefix: number;
}

export function parseIp(text: string): IpAddress | undefined {
  const family = text.includes("%") ? 0 : isIP(text);
  if (family === 4) return { family, bits: joined(text.split(".").map(Number), 8n) };
  if (family !== 6) return undefined;
  const bits = joined(groupsOf(text), 16n);
  return bits >> 32n === 0xffffn ? undefined : { family, bits };
}

export function parseCidr(text: string): Cidr | undefined {
  const [ip, length, ...rest] = text.split("/");
  const address = parseIp(ip ?? "");
  if (!address || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length ?? "")) return undefined;
  const prefix = Number(length);
  return prefix <= widthOf(address) ? { address, prefix } : undefined;
}

export function widthOf({ family }: IpAddress): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** The address with everything behind the prefix zero. */
export function maskedAddress({ address, prefix }: Cidr): IpAddress {
  const shift = BigInt(widthOf(address) - prefix);
  return { ...address, bits: (address.bits >> shift) << shift };
}

export function containsIp(cidr: Cidr, ip: IpAddress): boolean {
  if (cidr.address.family !== ip.family) return false;
  return maskedAddress({ ...cidr, address: ip }).bits === maskedAddress(cidr).bits;
}

/** The canonical text (RFC 5952 for IPv6). */
export function formatIp({ family, bits }: IpAddress): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join(".");
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) =>
    ((bits >> shift) & 0xffffn).toString(16),
  );
  const zeros = longestZeroRun(groups);
  if (zeros.length < 2) return groups.join(":");
  return `${groups.slice(0, zeros.start).join(":")}::${groups.slice(zeros.start + zeros.length).join(":")}`;
}

function joined(parts: number[], width: bigint): bigint {
  return parts.reduce((bits, part) => (bits << width) | BigInt(part), 0n);
}

function groupsOf(text: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain = dotted
    ? `${dotted[1]}${hexPair(dotted[2], dotted[3])}:${hexPair(dotted[4], dotted[5])}`
    : text;
  const [head = "", tail] = plain.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail ? tail.split(":") : [];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(zeros).fill("0"), ...after].map((group) => Number.parseInt(group, 16));
}

function hexPair(high = "0", low = "0"): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}

function longestZeroRun(groups: string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === "0") length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}
