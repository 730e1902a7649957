import type { StepResult } from "../../workshop/common/api.js";

export interface ResultCache {
  /** The session's results, read where they are not in memory. */
  results(session: string): Promise<StepResult[]>;
  /** Replaces a result that has been written. */
  put(session: string, result: StepResult): void;
  drop(session: string): void;
  clear(): void;
}

/** 64 MiB of output: that of every step of some hundred usual sessions; those not looked at for longest are read again. */
const LIMIT_CHARACTERS = 64 * 1024 * 1024;
/** What a result has besides its output. */
const OVERHEAD_CHARACTERS = 500;

type Results = Map<string, StepResult>;

/** Results by session, each read once for as long as there is room for it. */
export function createResultCache(
  read: (session: string) => Promise<StepResult[]>,
  limit = LIMIT_CHARACTERS,
): ResultCache {
  // The one used last is the last of the map.
  const sessions = new Map<string, { results: Promise<Results>; size: number }>();
  let total = 0;
  const drop = (session: string) => {
    total -= sessions.get(session)?.size ?? 0;
    sessions.delete(session);
  };
  const grow = (session: string, size: number) => {
    const entry = sessions.get(session);
    if (entry === undefined) return;
    entry.size += size;
    total += size;
    for (const oldest of sessions.keys()) {
      if (total <= limit || oldest === session) break;
      drop(oldest);
    }
  };
  const load = async (session: string): Promise<Results> => {
    try {
      const results = await read(session);
      grow(
        session,
        results.reduce((sum, result) => sum + sizeOf(result), 0),
      );
      return new Map(results.map((result) => [keyOf(result), result]));
    } catch (error) {
      drop(session);
      throw error;
    }
  };
  return {
    results: async (session) => {
      const entry = sessions.get(session) ?? { results: Promise.resolve(new Map()), size: 0 };
      const isNew = !sessions.delete(session);
      sessions.set(session, entry);
      if (isNew) entry.results = load(session);
      return [...(await entry.results).values()];
    },
    put: (session, result) => {
      const entry = sessions.get(session);
      if (entry === undefined) return;
      const replace = (results: Results): void => {
        const before = results.get(keyOf(result));
        results.set(keyOf(result), result);
        if (sessions.get(session) === entry) grow(session, sizeOf(result) - (before ? sizeOf(before) : 0));
      };
      // Where they cannot be read there is nothing to replace.
      entry.results.then(replace, () => undefined);
    },
    drop,
    clear: () => {
      for (const session of sessions.keys()) drop(session);
    },
  };
}

function keyOf({ page, step }: StepResult): string {
  return `${page}/${step}`;
}

function sizeOf({ output = "" }: StepResult): number {
  return output.length + OVERHEAD_CHARACTERS;
}
