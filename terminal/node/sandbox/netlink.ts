import { closeSync } from "node:fs";
import koffi from "koffi";
import { SystemCallError } from "./libc.js";

/** From linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h and linux/veth.h; the same on every architecture. */
const AF_INET = 2;
const AF_NETLINK = 16;
const RAW_CLOEXEC = 0o2000003;
const NLMSG_ERROR = 2;
const RTM = { newLink: 16, deleteLink: 17, newAddress: 20, newRoute: 24 };
const REQUEST_ACK = 5;
const CREATE_EXCLUSIVE = 0x600;
const CREATE_REPLACE = 0x500;
const IFLA = { name: 3, linkInfo: 18, networkDescriptor: 28, infoKind: 1, infoData: 2, vethPeer: 1 };
const IFA = { address: 1, local: 2 };
const RTA = { destination: 1, outgoing: 4, gateway: 5, preferredSource: 7 };
const IFF_UP = 1;
const TABLE = { main: 254, local: 255 };
const RTPROT_BOOT = 3;
const SCOPE = { universe: 0, link: 253, host: 254 };
const RTN = { unicast: 1, local: 2 };
const HEADER_BYTES = 16;
const ANSWER_BYTES = 4096;

type Call<Arguments extends unknown[]> = (...args: Arguments) => number;

const libc = koffi.load(null);
const socket: Call<[domain: number, type: number, protocol: number]> = libc.func(
  "int socket(int domain, int type, int protocol)",
);
const send: Call<[fd: number, bytes: Buffer, length: number, flags: number]> = libc.func(
  "long send(int fd, const void *bytes, unsigned long length, int flags)",
);
const recv: Call<[fd: number, bytes: Buffer, length: number, flags: number]> = libc.func(
  "long recv(int fd, void *bytes, unsigned long length, int flags)",
);
const ifNameToIndex: Call<[name: string]> = libc.func("unsigned int if_nametoindex(const char *name)");

/** Makes a pair of interfaces that are each other's other end: `name` in this thread's network, `peer` in that of the descriptor. Throws `SystemCallError`. */
export function addLinkPair(name: string, peer: { name: string; network: number }): void {
  const far = [
    linkHeader(),
    attribute(IFLA.name, text(peer.name)),
    attribute(IFLA.networkDescriptor, number32(peer.network)),
  ];
  const info = [
    attribute(IFLA.infoKind, Buffer.from("veth")),
    attribute(IFLA.infoData, attribute(IFLA.vethPeer, Buffer.concat(far))),
  ];
  const body = [
    linkHeader(),
    attribute(IFLA.name, text(name)),
    attribute(IFLA.linkInfo, Buffer.concat(info)),
  ];
  ask(RTM.newLink, CREATE_EXCLUSIVE, body, `add link ${name}`);
}

/** Takes an interface away with its other end. Throws `SystemCallError`. */
export function removeLink(name: string): void {
  ask(RTM.deleteLink, 0, [linkHeader(indexOf(name))], `delete link ${name}`);
}

/** Throws `SystemCallError`. */
export function setLinkUp(name: string): void {
  ask(RTM.newLink, 0, [linkHeader(indexOf(name), IFF_UP)], `set link ${name} up`);
}

/** Gives an interface an IPv4 address of its own alone. Throws `SystemCallError`. */
export function addAddress(name: string, address: string): void {
  const header = Buffer.alloc(8);
  header.set([AF_INET, 32, 0, 0]);
  header.writeUInt32LE(indexOf(name), 4);
  const bytes = addressBytes(address);
  const body = [header, attribute(IFA.local, bytes), attribute(IFA.address, bytes)];
  ask(RTM.newAddress, CREATE_REPLACE, body, `add address ${address}`);
}

export interface Route {
  destination: string;
  link: string;
  gateway?: string;
  /** The address that connections over it come from. */
  source?: string;
  /** Whether all of the destination is this network itself. */
  isLocal?: boolean;
}

/** Adds a route of this thread's network, in the place of one to the same destination. Throws `SystemCallError`. */
export function addRoute({ destination, link, gateway, source, isLocal = false }: Route): void {
  const [address = "", length = "32"] = destination.split("/");
  const scope = isLocal ? SCOPE.host : gateway === undefined ? SCOPE.link : SCOPE.universe;
  const [table, kind] = isLocal ? [TABLE.local, RTN.local] : [TABLE.main, RTN.unicast];
  const header = Buffer.from([AF_INET, Number(length), 0, 0, table, RTPROT_BOOT, scope, kind, 0, 0, 0, 0]);
  const body = [
    header,
    attribute(RTA.destination, addressBytes(address)),
    attribute(RTA.outgoing, number32(indexOf(link))),
    ...(gateway === undefined ? [] : [attribute(RTA.gateway, addressBytes(gateway))]),
    ...(source === undefined ? [] : [attribute(RTA.preferredSource, addressBytes(source))]),
  ];
  ask(RTM.newRoute, CREATE_REPLACE, body, `add route ${destination}`);
}

function indexOf(name: string): number {
  const index = ifNameToIndex(name);
  if (index === 0) throw new SystemCallError(`look up link ${name}`);
  return index;
}

/** Sends one request to this thread's network and reads its answer, which the kernel gives before the call returns. */
function ask(type: number, flags: number, body: readonly Buffer[], what: string): void {
  const content = Buffer.concat(body);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + content.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(REQUEST_ACK | flags, 6);
  const message = Buffer.concat([header, content]);
  const descriptor = socket(AF_NETLINK, RAW_CLOEXEC, 0);
  if (descriptor < 0) throw new SystemCallError("socket of netlink");
  try {
    if (send(descriptor, message, message.length, 0) < 0) throw new SystemCallError(what);
    const answer = Buffer.alloc(ANSWER_BYTES);
    if (recv(descriptor, answer, answer.length, 0) < 0) throw new SystemCallError(what);
    const error = -answer.readInt32LE(HEADER_BYTES);
    if (answer.readUInt16LE(4) !== NLMSG_ERROR) throw new Error(`${what}: an answer of another kind`);
    if (error === 0) return;
    koffi.errno(error);
    throw new SystemCallError(what);
  } finally {
    closeSync(descriptor);
  }
}

/** struct ifinfomsg. */
function linkHeader(index = 0, flags = 0): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(index, 4);
  header.writeUInt32LE(flags, 8);
  header.writeUInt32LE(flags, 12);
  return header;
}

/** struct rtattr: length, kind, value, filled up to a multiple of four bytes. */
function attribute(kind: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16LE(4 + value.length, 0);
  header.writeUInt16LE(kind, 2);
  return Buffer.concat([header, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, "latin1");
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function addressBytes(address: string): Buffer {
  return Buffer.from(address.split(".").map(Number));
}
