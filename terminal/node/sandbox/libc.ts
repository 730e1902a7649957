import { closeSync, openSync } from "node:fs";
import koffi from "koffi";

/** From linux/sched.h, sys/mount.h, sys/socket.h, linux/sockios.h and linux/keyctl.h; the same on x86_64 and arm64. */
const CLONE_NEWNET = 0x40000000;
const MS_NOSUID_NODEV = 6;
const MS_BIND = 4096;
const MNT_DETACH = 2;
const AF_INET = 2;
const AF_INET6 = 10;
const STREAM_CLOEXEC_NONBLOCK = 0o2004001;
const DATAGRAM_CLOEXEC = 0o2000002;
const DATAGRAM_CLOEXEC_NONBLOCK = 0o2004002;
const O_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
/** From `linux/nsfs.h`. */
const NS_GET_USERNS = 0xb701;
const SIOCSIFADDR = 0x8916;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFNETMASK = 0x891c;
const IFF_UP_RUNNING = 0x41;
const EEXIST = 17;
const SO_ERROR = 4;
const POLLOUT = 4;
const POLLERR_POLLHUP = 0x18;
/** What Go says of ECONNREFUSED. */
const REFUSED = "connection refused";
const BACKLOG = 128;
const KEYCTL_JOIN_SESSION_KEYRING = 1;
const SYS_KEYCTL: Readonly<Record<string, number>> = { x64: 250, arm64: 219 };

type Call<Arguments extends unknown[]> = (...args: Arguments) => number;

const libc = koffi.load(null);
const unshare: Call<[flags: number]> = libc.func("int unshare(int flags)");
const setns: Call<[fd: number, type: number]> = libc.func("int setns(int fd, int type)");
const mount: Call<[source: string, target: string, type: string, flags: number, data: string]> = libc.func(
  "int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)",
);
const umount2: Call<[target: string, flags: number]> = libc.func(
  "int umount2(const char *target, int flags)",
);
const socket: Call<[domain: number, type: number, protocol: number]> = libc.func(
  "int socket(int domain, int type, int protocol)",
);
const bind: Call<[fd: number, address: Buffer, length: number]> = libc.func(
  "int bind(int fd, const void *address, uint32_t length)",
);
const listen: Call<[fd: number, backlog: number]> = libc.func("int listen(int fd, int backlog)");
const ioctl: Call<[fd: number, request: number, argument: Buffer]> = libc.func(
  "int ioctl(int fd, unsigned long request, void *argument)",
);
const connect: Call<[fd: number, address: Buffer, length: number]> = libc.func(
  "int connect(int fd, const void *address, uint32_t length)",
);
const poll: Call<[entry: Buffer, count: number, milliseconds: number]> = libc.func(
  "int poll(void *entry, unsigned long count, int milliseconds)",
);
const getsockopt: Call<[fd: number, level: number, name: number, value: Buffer, length: Buffer]> = libc.func(
  "int getsockopt(int fd, int level, int name, void *value, void *length)",
);
const setsockopt: Call<[fd: number, level: number, name: number, value: Buffer, length: number]> = libc.func(
  "int setsockopt(int fd, int level, int name, const void *value, uint32_t length)",
);
const pipe2: Call<[ends: Buffer, flags: number]> = libc.func("int pipe2(void *ends, int flags)");
const keyctl: Call<[number: number, operation: number, name: null]> = libc.func(
  "long syscall(long number, int operation, void *name)",
);

/** A call the kernel refused. */
export class SystemCallError extends Error {
  readonly code: string;

  constructor(call: string) {
    const number = koffi.errno();
    const code = Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? String(number);
    super(`${call}: ${code}`);
    this.code = code;
  }
}

/** Gives this thread, and what it starts from now on, a session keyring without anybody's keys. Throws `SystemCallError`. */
export function joinNewSessionKeyring(): void {
  const number = SYS_KEYCTL[process.arch];
  if (number === undefined || keyctl(number, KEYCTL_JOIN_SESSION_KEYRING, null) < 0)
    throw new SystemCallError("keyctl");
}

/** The descriptors of the two ends of a pipe. */
export interface Pipe {
  read: number;
  write: number;
}

/** A pipe that no program has unless it is given to it. Throws `SystemCallError`. */
export function newPipe(): Pipe {
  const ends = Buffer.alloc(8);
  check(pipe2(ends, O_CLOEXEC), "pipe2");
  return { read: ends.readInt32LE(), write: ends.readInt32LE(4) };
}

/** Puts this thread into a new network that has only `lo`, and answers with a descriptor of it. Throws `SystemCallError`. */
export function newNetwork(): number {
  check(unshare(CLONE_NEWNET), "unshare");
  setLoopbackUp();
  return openSync("/proc/thread-self/ns/net", "r");
}

/** Puts this thread into the network behind the descriptor. Throws `SystemCallError`. */
export function enterNetwork(descriptor: number): void {
  check(setns(descriptor, CLONE_NEWNET), "setns");
}

/** A listening socket in the network this thread is in. Throws `SystemCallError`. */
export function listenAt(host: string, port: number): number {
  const { family, bytes } = socketAddress(host, port);
  const descriptor = check(socket(family, STREAM_CLOEXEC_NONBLOCK, 0), "socket");
  try {
    // Connections of an agent before this one may still be closing.
    const one = lengthOf(Buffer.alloc(1));
    check(setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, one, one.length), "setsockopt");
    // And a listener that is being replaced still listens for a moment.
    check(setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, one, one.length), "setsockopt");
    check(bind(descriptor, bytes, bytes.length), `bind ${host}:${port}`);
    check(listen(descriptor, BACKLOG), "listen");
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** A socket for datagrams at an IPv4 address of the network this thread is in. Throws `SystemCallError`. */
export function bindDatagramsAt(host: string, port: number): number {
  const { family, bytes } = socketAddress(host, port);
  const descriptor = check(socket(family, DATAGRAM_CLOEXEC_NONBLOCK, 0), "socket");
  try {
    check(bind(descriptor, bytes, bytes.length), `bind ${host}:${port}`);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** A socket in the network this thread is in that begins to connect; `connectionState` tells how that goes. Throws `SystemCallError`. */
export function beginToConnect(host: string, port: number): number {
  const { family, bytes } = socketAddress(host, port);
  const descriptor = check(socket(family, STREAM_CLOEXEC_NONBLOCK, 0), "socket");
  connect(descriptor, bytes, bytes.length);
  return descriptor;
}

/** A descriptor of the user namespace that owns the namespace at the path, such as `/proc/PID/ns/pid`. Throws `SystemCallError`. */
export function openOwner(path: string): number {
  const namespace = openSync(path, "r");
  try {
    return check(ioctl(namespace, NS_GET_USERNS, Buffer.alloc(0)), "ioctl NS_GET_USERNS");
  } finally {
    closeSync(namespace);
  }
}

/** `connecting`, `connected`, or what is in the way, in the system's words. */
export function connectionState(descriptor: number): string {
  // struct pollfd: the descriptor, what is waited for, what has come.
  const entry = Buffer.alloc(8);
  entry.writeInt32LE(descriptor);
  entry.writeInt16LE(POLLOUT, 4);
  if (check(poll(entry, 1, 0), "poll") === 0) return "connecting";
  const error = Buffer.alloc(4);
  check(getsockopt(descriptor, SOL_SOCKET, SO_ERROR, error, lengthOf(error)), "getsockopt");
  const number = error.readInt32LE();
  if (number === 0) return (entry.readInt16LE(6) & POLLERR_POLLHUP) === 0 ? "connected" : REFUSED;
  return number === koffi.os.errno["ECONNREFUSED"] ? REFUSED : `error ${number}`;
}

/** Makes an address of another machine one of `lo` in the network this thread is in; `index` tells several apart. Throws `SystemCallError`. */
export function addLoopbackAddress(host: string, index: number): void {
  const { family, bytes } = socketAddress(host, 0);
  const descriptor = check(socket(family, DATAGRAM_CLOEXEC, 0), "socket");
  try {
    if (family === AF_INET6) {
      // struct in6_ifreq: the address, the length of its prefix, the number of `lo`.
      const request = Buffer.concat([bytes.subarray(8, 24), Buffer.from([128, 0, 0, 0, 1, 0, 0, 0])]);
      if (ioctl(descriptor, SIOCSIFADDR, request) < 0 && koffi.errno() !== EEXIST)
        throw new SystemCallError("ioctl SIOCSIFADDR");
      return;
    }
    const name = `lo:${index}`;
    check(ioctl(descriptor, SIOCSIFADDR, interfaceRequest(name, bytes)), "ioctl SIOCSIFADDR");
    const mask = socketAddress("255.255.255.255", 0).bytes;
    check(ioctl(descriptor, SIOCSIFNETMASK, interfaceRequest(name, mask)), "ioctl SIOCSIFNETMASK");
  } finally {
    closeSync(descriptor);
  }
}

/** Mounts a folder that holds at most so many bytes and files, for one account. Throws `SystemCallError`. */
export function mountTemporary(
  folder: string,
  { bytes, files, uid, gid }: { bytes: number; files: number; uid: number; gid: number },
): void {
  const options = `size=${bytes},nr_inodes=${files},mode=0700,uid=${uid},gid=${gid}`;
  check(mount("tmpfs", folder, "tmpfs", MS_NOSUID_NODEV, options), `mount ${folder}`);
}

/** Has a file or folder be seen at another path, too, where there is one of its kind. Throws `SystemCallError`. */
export function bindMount(path: string, at: string): void {
  check(mount(path, at, "", MS_BIND, ""), `mount ${at}`);
}

/** Takes the folder's mount away, also while programs use it. Throws `SystemCallError`. */
export function unmount(folder: string): void {
  check(umount2(folder, MNT_DETACH), `umount ${folder}`);
}

function setLoopbackUp(): void {
  const descriptor = check(socket(AF_INET, DATAGRAM_CLOEXEC, 0), "socket");
  const flags = Buffer.alloc(16);
  flags.writeInt16LE(IFF_UP_RUNNING);
  try {
    check(ioctl(descriptor, SIOCSIFFLAGS, interfaceRequest("lo", flags)), "ioctl SIOCSIFFLAGS");
  } finally {
    closeSync(descriptor);
  }
}

/** struct ifreq: 16 bytes of name, then what the request is about. */
function interfaceRequest(name: string, value: Buffer): Buffer {
  const request = Buffer.alloc(40);
  request.write(name, "latin1");
  value.copy(request, 16);
  return request;
}

/** struct sockaddr_in or sockaddr_in6 of an address in numbers. */
function socketAddress(host: string, port: number): { family: number; bytes: Buffer } {
  if (!host.includes(":")) {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt16LE(AF_INET);
    bytes.writeUInt16BE(port, 2);
    bytes.set(host.split(".").map(Number), 4);
    return { family: AF_INET, bytes };
  }
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16LE(AF_INET6);
  bytes.writeUInt16BE(port, 2);
  for (const [index, group] of groupsOf(host).entries()) bytes.writeUInt16BE(group, 8 + index * 2);
  return { family: AF_INET6, bytes };
}

/** The eight groups of an IPv6 address; the URL parser writes `::` and dotted tails in one way. */
function groupsOf(host: string): number[] {
  const [head = "", tail] = new URL(`http://[${host}]`).hostname.slice(1, -1).split("::");
  const [first, last] = [head, tail ?? ""].map((text) =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)),
  ) as [number[], number[]];
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}

function lengthOf(buffer: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(buffer.length);
  return length;
}

function check(result: number, call: string): number {
  if (result < 0) throw new SystemCallError(call);
  return result;
}
