import { readFileSync, readlinkSync } from "node:fs";

/** Numbers of the calls in which a program waits for a key; each has its own on every kind of processor. */
interface KeyCalls {
  /** Its first argument is the descriptor. Source: read(2). */
  read: number;
  /** Its first argument is one more than the highest descriptor. Source: pselect(2). */
  pselect6: number;
}

/** Source: the kernel's tables of calls, `arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h`. */
const CALLS: Partial<Record<NodeJS.Architecture, KeyCalls>> = {
  x64: { read: 0, pselect6: 270 },
  arm64: { read: 63, pselect6: 72 },
};

/** Source: console_ioctl(4), pts(4). */
const TERMINAL = /^\/dev\/(?:pts\/|tty|console)/;

/** Whether a process' descriptor leads to a terminal; throws ENOENT where it has no such descriptor. */
export function leadsToTerminal(pid: number, descriptor: number): boolean {
  return TERMINAL.test(readlinkSync(`/proc/${pid}/fd/${descriptor}`));
}

/**
 * Whether a process waits for a key of its terminal, and not for a program, a pipe or the clock; `undefined` where the kernel does not
 * tell this process. Source: proc(5), syscall.
 */
export function waitsForKey(pid: number): boolean | undefined {
  const calls = CALLS[process.arch];
  if (!calls) return undefined;
  try {
    const [call, first] = readFileSync(`/proc/${pid}/syscall`, "utf8").split(" ").map(Number);
    if (call === calls.read) return leadsToTerminal(pid, first ?? 0);
    return call === calls.pselect6 && leadsToTerminal(pid, (first ?? 1) - 1);
  } catch {
    return undefined;
  }
}
