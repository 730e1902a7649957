import { readFileSync, readdirSync } from "node:fs";
import { statFields } from "../../processes/node/process-stat.js";

/** Generations of processes looked at; a chain longer than this is a loop of reused numbers. */
const DEPTH_LIMIT = 256;

/** What a typed line would reach: the shell itself, a program, one that reads commands of its own, or what replaced the shell. */
export type Foreground =
  | {
      kind: "shell";
      /** Whether it waits for a key; where the kernel does not tell, for anything. */
      isIdle: boolean;
      /** Whether it stands still until somebody has it go on. */
      isStopped: boolean;
    }
  | { kind: "program" | "interactive" | "replaced"; name: string };

/** Of the flags of a process: it was forked and runs what its parent does (PF_FORKNOEXEC, include/linux/sched.h). */
const FORKED = 0x40;

/**
 * Who has the terminal: process group and the command line of its leader, and whether that is only copied, because the leader is a part
 * of a shell that works by itself, or becomes a program in a moment; `undefined` where /proc does not tell.
 */
export function foregroundOf(pid: number): { group: number; argv: string[]; isFork: boolean } | undefined {
  const group = Number(statFields(pid)?.[5]);
  if (!Number.isInteger(group) || group <= 0) return undefined;
  // In this order: what becomes a program meanwhile is taken for a part of the shell once more, never the other way round.
  const isFork = (Number(statFields(group)?.[6]) & FORKED) !== 0;
  return { group, argv: commandLine(group), isFork };
}

/** The arguments a process was started with; empty where it is gone. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

/** Of the children of a process those that stand still, each with what the kernel has counted of it: while that is the same, it has not run. */
export function stoppedChildren(pid: number): Set<string> {
  const stopped = processIds().filter((child) => {
    const [state, parent] = statFields(child) ?? [];
    return state === "T" && Number(parent) === pid;
  });
  return new Set(stopped.map((child) => `${String(child)} ${switchesOf(child)}`));
}

/** How often the process was taken from a processor. */
function switchesOf(pid: number): string {
  try {
    return (
      readFileSync(`/proc/${pid}/status`, "utf8").match(/^\w*voluntary_ctxt_switches:\s+\d+$/gm) ?? []
    ).join(" ");
  } catch {
    return "";
  }
}

/** Every process that descends from one of `roots` or shares its session, and those of `uids`; one walk through /proc. */
export function relatedProcesses(roots: ReadonlySet<number>, uids: ReadonlySet<number>): number[] {
  const parents = new Map<number, { parent: number; session: number }>();
  for (const pid of processIds()) {
    const fields = statFields(pid);
    if (fields && !hasEnded(fields))
      parents.set(pid, { parent: Number(fields[1]), session: Number(fields[3]) });
  }
  const descends = (pid: number): boolean => {
    for (let at = pid, depth = 0; at > 1 && depth < DEPTH_LIMIT; depth += 1) {
      if (roots.has(at)) return true;
      at = parents.get(at)?.parent ?? 0;
    }
    return false;
  };
  return [...parents]
    .filter(([pid, { session }]) => roots.has(session) || descends(pid) || uids.has(ownerOf(pid)))
    .map(([pid]) => pid);
}

/** The accounts that run a process. */
export function processOwners(): Set<number> {
  return new Set(
    processIds()
      .filter((pid) => !hasEnded(statFields(pid)))
      .map(ownerOf),
  );
}

/** Whether a process only waits for its parent to ask how it ended, which some machines' first process does late or never. */
function hasEnded([state = "X"]: readonly string[] = []): boolean {
  return state === "Z" || state === "X";
}

function processIds(): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid > 1);
}

/** The account a process runs under, -1 where it is gone. Not the owner of its folder: a process can make that root. */
function ownerOf(pid: number): number {
  try {
    return Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? -1);
  } catch {
    return -1;
  }
}
