import type { HealthProblem } from "../workshop/common/instructor-api.js";
import type { Health } from "./http/routes/operations.js";
import type { MemoryWatch } from "./memory-watch.js";

/** Instructors look at a page for hours; what they are told may be as old as this. */
const LOOK_MS = 3_000;
/** Told of by the disk's own watch, with the sessions that fill it. */
const ELSEWHERE = ["disk"];

/** Looks at what the server stands on for as long as somebody wants to know. */
export interface HealthWatch {
  /** Told within seconds what cannot be used just now, where there is something, and then whenever that has changed. */
  follow(listener: (problems: HealthProblem[]) => void): () => void;
}

/** Watches what `health` asks; nothing is asked while nobody follows. Of memory that is short it tells which sessions take most, which probes are not told. */
export function createHealthWatch(
  { health, memory }: { health: Health; memory: Pick<MemoryWatch, "largest"> },
  lookMs = LOOK_MS,
): HealthWatch {
  const told = new Map<(problems: HealthProblem[]) => void, string>();
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const problems: HealthProblem[] = [];
    for (const { name, problem } of await health.check(ELSEWHERE))
      if (problem !== undefined)
        problems.push({ name, problem, ...(name === "memory" && { largest: await memory.largest() }) });
    const state = JSON.stringify(problems);
    for (const [listener, before] of told) {
      if (before === state) continue;
      told.set(listener, state);
      listener(problems);
    }
  };
  const round = async () => {
    await look();
    timer = told.size === 0 ? undefined : setTimeout(() => void round(), lookMs).unref();
  };
  return {
    follow: (listener) => {
      told.set(listener, "[]");
      // A round that is under way looks again soon, and each has its own last word.
      if (told.size === 1 && timer === undefined) timer = setTimeout(() => void round(), 0).unref();
      return () => void told.delete(listener);
    },
  };
}
