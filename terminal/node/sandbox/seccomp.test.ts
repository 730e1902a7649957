import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { seccompFilter } from "./seccomp.js";
import { ARCHITECTURES } from "./system-calls.js";

const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const EAFNOSUPPORT = 0x00050061;
const EOPNOTSUPP = 0x0005005f;
const KILL = 0x80000000;

/** Runs the bytes as the kernel does (net/core/filter.c), with the few instructions the filter has. */
function judge(filter: Buffer, call: { number: number; arch: number; args?: number[] }): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number, 0);
  data.writeUInt32LE(call.arch, 4);
  for (const [index, value] of (call.args ?? []).entries()) data.writeUInt32LE(value >>> 0, 16 + index * 8);
  let loaded = 0;
  for (let at = 0; at < filter.length / 8; at += 1) {
    const code = filter.readUInt16LE(at * 8);
    const [yes, no] = [filter.readUInt8(at * 8 + 2), filter.readUInt8(at * 8 + 3)];
    const value = filter.readUInt32LE(at * 8 + 4);
    if (code === 0x06) return value;
    if (code === 0x20) loaded = data.readUInt32LE(value);
    else if (code === 0x15) at += loaded === value ? yes : no;
    else if (code === 0x35) at += loaded >= value ? yes : no;
    else if (code === 0x45) at += (loaded & value) === 0 ? no : yes;
    else throw new Error(`instruction ${code}`);
  }
  throw new Error("the filter ends without an answer");
}

describe.each(Object.entries(ARCHITECTURES))("the filter of system calls for %s", (name, known) => {
  const filter = seccompFilter(name) ?? Buffer.alloc(0);
  const on = (number: number, ...args: number[]): number =>
    judge(filter, { number, arch: known.audit, args });

  it("refuses what is forbidden and says that what is absent is not there", () => {
    for (const number of known.forbidden) expect(on(number), String(number)).toBe(EPERM);
    for (const number of known.absent) expect(on(number), String(number)).toBe(ENOSYS);
    expect(on(known.fallocate)).toBe(EOPNOTSUPP);
  });

  it("lets programs fork and make threads, and no namespaces", () => {
    const [SIGCHLD, THREAD, NEWUSER, NEWNET] = [17, 0x3d0f00, 0x10000000, 0x40000000];
    expect(on(known.clone, SIGCHLD)).toBe(ALLOW);
    expect(on(known.clone, THREAD)).toBe(ALLOW);
    expect(on(known.clone, NEWUSER | SIGCHLD)).toBe(EPERM);
    expect(on(known.unshare, NEWUSER)).toBe(EPERM);
    expect(on(known.unshare, NEWNET)).toBe(EPERM);
    expect(on(known.unshare, 0x400)).toBe(ALLOW);
  });

  it("lets programs read the size of the terminal and not type into it", () => {
    expect(on(known.ioctl, 0, 0x5413)).toBe(ALLOW);
    expect(on(known.ioctl, 0, 0x5412)).toBe(EPERM);
    expect(on(known.ioctl, 0, 0x541c)).toBe(EPERM);
  });

  it("has sockets of the session's own network only", () => {
    for (const family of [1, 2, 10, 16]) expect(on(known.socket, family)).toBe(ALLOW);
    for (const family of [17, 38, 40]) expect(on(known.socket, family)).toBe(EAFNOSUPPORT);
  });

  it("ends a program that speaks as another processor", () => {
    expect(judge(filter, { number: 0, arch: 0x40000003 })).toBe(KILL);
    if (known.foreignFrom !== undefined) expect(on(known.foreignFrom + 1)).toBe(ENOSYS);
  });

  it("fits what the kernel takes", () => {
    expect(filter.length / 8).toBeLessThan(4_096);
  });
});

describe("the numbers of the system calls", () => {
  it("are those of this machine's kernel headers", (context) => {
    const header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";
    if (process.arch !== "x64" || !existsSync(header))
      return context.skip("the kernel's headers for x86_64 are not installed (linux-libc-dev)");
    const names = new Map(
      [...readFileSync(header, "utf8").matchAll(/#define __NR_(\w+) (\d+)/g)].map(([, name, number]) => [
        Number(number),
        name,
      ]),
    );
    const known = ARCHITECTURES["x64"];
    const NEWER_THAN_THE_HEADERS = "open_tree_attr";
    expect(known?.forbidden.map((number) => names.get(number) ?? NEWER_THAN_THE_HEADERS).toSorted()).toEqual(
      (
        "acct add_key bpf delete_module fanotify_init finit_module fsconfig fsmount fsopen fspick init_module ioperm iopl " +
        "kexec_file_load kexec_load keyctl mount mount_setattr move_mount nfsservctl open_by_handle_at open_tree open_tree_attr " +
        "perf_event_open pivot_root quotactl quotactl_fd reboot request_key setns swapoff swapon syslog umount2 userfaultfd"
      ).split(" "),
    );
    expect(names.get(known?.fallocate ?? 0)).toBe("fallocate");
    expect(known?.absent.map((number) => names.get(number))).toEqual([
      "io_uring_setup",
      "io_uring_enter",
      "io_uring_register",
      "clone3",
    ]);
  });
});
