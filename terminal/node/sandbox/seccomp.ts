import { ARCHITECTURES, type Architecture } from "./system-calls.js";

/** Instructions of classic BPF (linux/bpf_common.h). */
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER_OR_EQUAL = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

/** Where struct seccomp_data (linux/seccomp.h) has the number, the architecture and the low half of the first two arguments. */
const NUMBER = 0;
const ARCH = 4;
const FIRST_ARGUMENT = 16;
const SECOND_ARGUMENT = 24;

const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const ERRNO = 0x00050000;
const EPERM = 1;
const ENOSYS = 38;
const EOPNOTSUPP = 95;
const EAFNOSUPPORT = 97;

/** CLONE_NEW* of linux/sched.h: mount, cgroup, host name, IPC, user, process and network namespaces. */
const NEW_NAMESPACES = 0x7e020000;
/** CLONE_NEWTIME, which `clone` cannot ask for. */
const NEW_TIME_NAMESPACE = 0x80;
/** Types into the terminal as if it were its keyboard, or reads and sets the console. */
const FORBIDDEN_IOCTLS = [0x5412, 0x541c];
/** AF_UNIX, AF_INET, AF_INET6, AF_NETLINK. The network namespace does not hold AF_VSOCK, which reaches a virtual machine's host. */
const ADDRESS_FAMILIES = [1, 2, 10, 16];

interface Instruction {
  code: number;
  value: number;
  /** Instructions to skip where the comparison holds, and where not. */
  yes?: number;
  no?: number;
}

/**
 * The filter of system calls that bubblewrap is given, as struct sock_filter bytes: no keyrings, io_uring, BPF, mounts or new
 * namespaces, and no typing into a terminal by ioctl. `undefined` for an architecture whose numbers are not known here.
 */
export function seccompFilter(architecture: string = process.arch): Buffer | undefined {
  const known = ARCHITECTURES[architecture];
  return known && assemble(instructionsFor(known));
}

function instructionsFor(known: Architecture): Instruction[] {
  const { audit, foreignFrom, ioctl, clone, unshare, socket, fallocate } = known;
  return [
    load(ARCH),
    { code: JUMP_EQUAL, value: audit, yes: 1 },
    give(KILL_PROCESS),
    load(NUMBER),
    ...(foreignFrom === undefined
      ? []
      : [{ code: JUMP_GREATER_OR_EQUAL, value: foreignFrom, no: 1 }, give(ERRNO | ENOSYS)]),
    ...known.forbidden.flatMap((number) => refuse(number, ERRNO | EPERM)),
    ...known.absent.flatMap((number) => refuse(number, ERRNO | ENOSYS)),
    ...refuse(fallocate, ERRNO | EOPNOTSUPP),
    ...ofCall(clone, FIRST_ARGUMENT, [anyBit(NEW_NAMESPACES), give(ERRNO | EPERM)]),
    ...ofCall(unshare, FIRST_ARGUMENT, [anyBit(NEW_NAMESPACES | NEW_TIME_NAMESPACE), give(ERRNO | EPERM)]),
    ...ofCall(
      ioctl,
      SECOND_ARGUMENT,
      FORBIDDEN_IOCTLS.flatMap((request) => refuse(request, ERRNO | EPERM)),
    ),
    ...ofCall(socket, FIRST_ARGUMENT, [
      ...ADDRESS_FAMILIES.flatMap((family) => refuse(family, ALLOW)),
      give(ERRNO | EAFNOSUPPORT),
    ]),
    give(ALLOW),
  ];
}

/** Looks at one argument of one call; what `body` leaves undecided is allowed. */
function ofCall(number: number, argument: number, body: readonly Instruction[]): Instruction[] {
  const inside = [load(argument), ...body, give(ALLOW)];
  return [{ code: JUMP_EQUAL, value: number, no: inside.length }, ...inside];
}

function refuse(value: number, answer: number): Instruction[] {
  return [{ code: JUMP_EQUAL, value, no: 1 }, give(answer)];
}

function anyBit(value: number): Instruction {
  return { code: JUMP_ANY_BIT, value, no: 1 };
}

function load(offset: number): Instruction {
  return { code: LOAD, value: offset };
}

function give(value: number): Instruction {
  return { code: RETURN, value };
}

function assemble(instructions: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(instructions.length * 8);
  for (const [index, { code, value, yes = 0, no = 0 }] of instructions.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(yes, index * 8 + 2);
    bytes.writeUInt8(no, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
}
