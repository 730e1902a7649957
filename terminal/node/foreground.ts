import { readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { statFields } from "../../processes/node/process-stat.js";

/** Programs that read commands of their own; what is typed into them has no status. */
const INTERACTIVE = new Set(
  "bash sh dash zsh fish ksh ash busybox python python3 ipython node irb ruby psql mysql sqlite3 redis-cli ssh telnet ftp sftp screen tmux su sudo bc gdb".split(
    " ",
  ),
);
/** Those of them that reach another machine first, and end where they cannot. */
const CONNECTING = new Set(["kubectl", "ssh", "telnet", "ftp", "sftp", "psql", "mysql", "redis-cli"]);
/** Options of shells that still leave them interactive. */
const SHELL_OPTION = /^(?:-[il]+|--(?:norc|noprofile|login|posix|interactive)|--rcfile=?.*)$/;

/** A program calls itself what it likes, at any length; no name of a program is longer than this. */
const PROGRAM_CHARACTERS = 64;

/** Generations of processes looked at; a chain longer than this is a loop of reused numbers. */
const DEPTH_LIMIT = 256;

/** What a typed line would reach: the shell itself, a program, one that reads commands of its own, or what replaced the shell. */
export type Foreground =
  | {
      kind: "shell";
      /** Whether it waits for something. */
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

/** Whether a command line is a nested shell or another program that reads commands of its own. */
export function isInteractive(argv: readonly string[]): boolean {
  const program = basename(argv[0] ?? "")
    .slice(0, PROGRAM_CHARACTERS)
    .replace(/^-/, "");
  const rest = argv.slice(1);
  if (program === "kubectl")
    return (
      rest.some((word) => /^(?:exec|attach|run|debug)$/.test(word)) &&
      rest.some((word) => /^(?:-(?:it|ti|i|t)|--(?:stdin|tty))$/.test(word))
    );
  if (!INTERACTIVE.has(program.replace(/\d+(?:\.\d+)*$/, "")) && !INTERACTIVE.has(program)) return false;
  if (
    [
      "ssh",
      "tmux",
      "screen",
      "su",
      "sudo",
      "psql",
      "mysql",
      "sqlite3",
      "telnet",
      "ftp",
      "sftp",
      "gdb",
    ].includes(program)
  )
    return true;
  return rest.every((word) => SHELL_OPTION.test(word));
}

/** Whether a program reads no commands before it has reached another machine. */
export function connectsFirst(name: string): boolean {
  return CONNECTING.has(name);
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
