import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { promisify } from "node:util";

/** The kernel's unit of the times in /proc/PID/stat (proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;
/** What the processes of a server are, by their command lines; all else below it are shells and what starts them. */
const PARTS: readonly [part: string, command: RegExp][] = [
  ["cluster", /cluster-process\.js/],
  ["server", /dist\/server\/main\.js/],
  ["terminal host", /dist\/terminal\/node\/main\.js/],
  ["containers", /dist\/containers\/node\/main\.js/],
  ["supervisor", /bin\/lectern\.js/],
];
const SHELLS = "shells and what starts them";
const BOXED_SHELL = "bwrap --ro-bind / / --dev /dev --proc /proc --unshare-pid bash --norc -c exit".split(
  " ",
);

interface Found {
  parent: number;
  own: number;
  ofEnded: number;
  command: string;
}

/** Seconds of processor that the parts of a running server have taken until now, by what each is. */
export function processorSeconds(supervisor: number): Map<string, number> {
  const all = new Map(
    readdirSync("/proc").flatMap((name) => {
      const found = /^\d+$/.test(name) ? read(Number(name)) : undefined;
      return found ? [[Number(name), found] as const] : [];
    }),
  );
  const seconds = new Map<string, number>();
  const add = (part: string, more: number): void => void seconds.set(part, (seconds.get(part) ?? 0) + more);
  const visit = (pid: number): void => {
    const found = all.get(pid);
    if (!found) return;
    add(PARTS.find(([, command]) => command.test(found.command))?.[0] ?? SHELLS, found.own);
    add(SHELLS, found.ofEnded);
    for (const [child, { parent }] of all) if (parent === pid) visit(child);
  };
  visit(supervisor);
  return seconds;
}

/** What was taken between two times, in words, with the least time that it takes on all of this machine's processors. */
export function takenBetween(before: Map<string, number>, after: Map<string, number>): string {
  const taken = [...after].map(([part, seconds]) => [part, seconds - (before.get(part) ?? 0)] as const);
  const sum = taken.reduce((total, [, seconds]) => total + seconds, 0);
  const parts = taken
    .filter(([, seconds]) => seconds >= 0.1)
    .toSorted(([, left], [, right]) => right - left)
    .map(([part, seconds]) => `${part} ${seconds.toFixed(1)}`);
  const cores = availableParallelism();
  return `${sum.toFixed(1)} s of processor (${parts.join(", ")}), which ${cores} cores do in ${(sum / cores).toFixed(1)} s at best`;
}

/** Seconds that so many shells in boxes take to start and end without Lectern, as many at once as there are processors. */
export async function shellsByHand(count: number): Promise<number> {
  const [program = "", ...args] = BOXED_SHELL;
  const began = performance.now();
  let left = count;
  const start = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1;
      await promisify(execFile)(program, args);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, start));
  return (performance.now() - began) / 1_000;
}

function read(pid: number): Found | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const seconds = (at: number): number => (Number(fields[at]) + Number(fields[at + 1])) / TICKS_PER_SECOND;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return { parent: Number(fields[1]), own: seconds(11), ofEnded: seconds(13), command };
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
