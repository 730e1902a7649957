import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { getHeapStatistics, type HeapInfo } from "node:v8";
import { findHierarchies } from "./sandbox/control-group-hierarchies.js";
import { groupMemory } from "./sandbox/control-group-memory.js";

const MIB = 1024 * 1024;
/** What a session's first shell, and what ends another one, take together. */
const LEAST_BYTES = 128 * MIB;
/** Of what there is in all, but no more than this: learners take the rest of a large machine within seconds. */
const SHARE = 1 / 32;
const MOST_NEEDED_BYTES = 512 * MIB;
/** Beyond, V8 collects garbage most of the time, and then ends the process. */
const HEAP_SHARE = 0.9;

/**
 * Why whatever asks for memory next may be ended by the kernel, in words; `undefined` where there is enough, or nobody counts. What can be given back at
 * once, such as copies of files, counts as free. `proc` is for tests.
 */
export function memoryShortage(proc = "/proc"): string | undefined {
  return shortHeap() ?? shortMachine(proc) ?? shortGroup(join(proc, "self"));
}

/** The same of the objects of this process alone. */
export function shortHeap(
  {
    used_heap_size: used,
    heap_size_limit: limit,
  }: Pick<HeapInfo, "used_heap_size" | "heap_size_limit"> = getHeapStatistics(),
): string | undefined {
  if (used < limit * HEAP_SHARE) return undefined;
  return `it has used ${mib(used)} of the ${mib(limit)} MiB that its objects may take; end sessions, or start Lectern with more (NODE_OPTIONS=--max-old-space-size=MIB)`;
}

function shortMachine(proc: string): string | undefined {
  const text = read(join(proc, "meminfo"));
  const amount = (name: string): number | undefined => {
    const kib = new RegExp(`^${name}: +(\\d+) kB`, "m").exec(text)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  };
  return told("the machine", amount("MemAvailable"), amount("MemTotal"));
}

/** The group this process is in, or one above it, which may be bound more closely than the machine. */
function shortGroup(about: string): string | undefined {
  if (read(join(about, "mountinfo")) === "" || read(join(about, "cgroup")) === "") return undefined;
  for (const { version, folder } of findHierarchies(about).filter(countsMemory)) {
    for (let group = folder, memory; (memory = groupMemory(group, version)); group = dirname(group)) {
      const short = told("its control group", memory.limit - memory.used, memory.limit);
      if (short !== undefined) return short;
    }
  }
  return undefined;
}

function countsMemory({ controllers }: { controllers: readonly string[] }): boolean {
  return controllers.includes("memory");
}

function told(whose: string, free = Number.NaN, total = Number.NaN): string | undefined {
  const needed = Math.min(MOST_NEEDED_BYTES, Math.max(LEAST_BYTES, total * SHARE));
  // Whoever is not bound, or not counted, has no number here.
  if (!(free < needed)) return undefined;
  return `${whose} has ${mib(Math.max(0, free))} of ${mib(total)} MiB of memory left, and ${mib(needed)} are needed; end sessions, or give it more`;
}

function mib(bytes: number): string {
  return String(Math.floor(bytes / MIB));
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
