import { readFileSync } from "node:fs";

/**
 * Bytes of memory that only these processes hold: what they have made themselves, swapped out or not, and what they share. Copies of
 * files, such as their programs, are given back at once and left out (proc_pid_status(5)).
 */
export function memoryOfProcesses(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + memoryOf(pid), 0);
}

function memoryOf(pid: number): number {
  const amounts = statusOf(pid).matchAll(/^(?:RssAnon|RssShmem|VmSwap):\s+(\d+) kB$/gm);
  return [...amounts].reduce((sum, [, kib]) => sum + Number(kib) * 1024, 0);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${String(pid)}/status`, "utf8");
  } catch {
    // It has ended meanwhile, and holds nothing.
    return "";
  }
}
