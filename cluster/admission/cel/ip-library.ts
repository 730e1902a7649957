import { isIP } from "node:net";
import { addressFault, prefixFault } from "./address-fault.js";
import type { Cidr, IpAddress } from "./ip-address.js";
import { containsIp, formatIp, maskedAddress, parseCidr, parseIp } from "./ip-address.js";
import type { CelLibrary } from "./library.js";
import { registerAll, registerNamespace } from "./library.js";

const IP = "net.IP";
const CIDR = "net.CIDR";
const NAMESPACE = "kubernetes.IpNamespace";

class CelIp {
  readonly address: IpAddress;

  constructor(address: IpAddress) {
    this.address = address;
  }

  toString(): string {
    return formatIp(this.address);
  }
}

class CelCidr {
  readonly cidr: Cidr;

  constructor(value: Cidr) {
    this.cidr = value;
  }

  toString(): string {
    return `${formatIp(this.cidr.address)}/${this.cidr.prefix}`;
  }
}

/** `ip()`, `cidr()` and what they can be asked. */
export const ipLibrary: CelLibrary = (environment) => {
  environment.registerType(IP, CelIp).registerType(CIDR, CelCidr);
  environment.registerOperator(
    `${IP} == ${IP}`,
    (left: CelIp, right: CelIp) => String(left) === String(right),
  );
  environment.registerOperator(
    `${CIDR} == ${CIDR}`,
    (left: CelCidr, right: CelCidr) => String(left) === String(right),
  );
  registerNamespace(environment, "ip", NAMESPACE);
  registerAll(environment, {
    [`${NAMESPACE}.isCanonical(string): bool`]: (_namespace: object, text: string) =>
      formatIp(ip(text)) === text,
    [`ip(string): ${IP}`]: (text: string) => new CelIp(ip(text)),
    "isIP(string): bool": (text: string) => parseIp(text) !== undefined,
    [`string(${IP}): string`]: String,
    [`${IP}.family(): int`]: ({ address }: CelIp) => BigInt(address.family),
    [`${IP}.isUnspecified(): bool`]: ({ address }: CelIp) => address.bits === 0n,
    [`${IP}.isLoopback(): bool`]: isIn("127.0.0.0/8", "::1/128"),
    [`${IP}.isLinkLocalMulticast(): bool`]: isIn("224.0.0.0/24", "ff02::/16"),
    [`${IP}.isLinkLocalUnicast(): bool`]: isIn("169.254.0.0/16", "fe80::/10"),
    [`${IP}.isGlobalUnicast(): bool`]: isGlobalUnicast,
    [`cidr(string): ${CIDR}`]: (text: string) => new CelCidr(cidr(text)),
    "isCIDR(string): bool": (text: string) => parseCidr(text) !== undefined,
    [`string(${CIDR}): string`]: String,
    [`${CIDR}.ip(): ${IP}`]: (value: CelCidr) => new CelIp(value.cidr.address),
    [`${CIDR}.prefixLength(): int`]: (value: CelCidr) => BigInt(value.cidr.prefix),
    [`${CIDR}.masked(): ${CIDR}`]: (value: CelCidr) =>
      new CelCidr({ ...value.cidr, address: maskedAddress(value.cidr) }),
    [`${CIDR}.containsIP(${IP}): bool`]: (value: CelCidr, { address }: CelIp) =>
      containsIp(value.cidr, address),
    [`${CIDR}.containsIP(string): bool`]: (value: CelCidr, text: string) =>
      containsIp(value.cidr, member(text)),
    [`${CIDR}.containsCIDR(${CIDR}): bool`]: (value: CelCidr, other: CelCidr) =>
      contains(value.cidr, other.cidr),
    [`${CIDR}.containsCIDR(string): bool`]: (value: CelCidr, text: string) =>
      contains(value.cidr, cidr(text)),
  });
};

function ip(text: string): IpAddress {
  const address = parseIp(text);
  if (address) return address;
  const named = JSON.stringify(text);
  if (!isIP(text)) {
    throw new Error(`IP Address ${named} parse error during conversion from string: ${addressFault(text)}`);
  }
  throw new Error(
    text.includes("%")
      ? `IP address ${named} with zone value is not allowed`
      : `IPv4-mapped IPv6 address ${named} is not allowed`,
  );
}

const BAD_NETWORK = "network address parse error during conversion from string";

function cidr(text: string): Cidr {
  const value = parseCidr(text);
  if (value) return value;
  const [address = ""] = text.split("/");
  if (text !== address && isIP(address) && !address.includes("%") && parseIp(address) === undefined)
    throw new Error(`IPv4-mapped IPv6 address ${JSON.stringify(address)} is not allowed`);
  throw new Error(`${BAD_NETWORK}: ${BAD_NETWORK}: ${prefixFault(text, (part) => isIP(part) !== 0)}`);
}

/** A real API server says no more of a text that is no address, when it is looked for in a network. */
function member(text: string): IpAddress {
  const address = parseIp(text);
  if (address === undefined) throw new Error("no such overload");
  return address;
}

function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.prefix <= inner.prefix && containsIp(outer, inner.address);
}

function isIn(...networks: string[]): (value: CelIp) => boolean {
  const parsed = networks.map(cidr);
  return ({ address }) => parsed.some((network) => containsIp(network, address));
}

function isGlobalUnicast(value: CelIp): boolean {
  const isSpecial = isIn(
    "0.0.0.0/32",
    "255.255.255.255/32",
    "127.0.0.0/8",
    "224.0.0.0/4",
    "169.254.0.0/16",
    "::/127",
    "ff00::/8",
    "fe80::/10",
  );
  return !isSpecial(value);
}
