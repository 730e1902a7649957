import { useCallback, useEffect, useState } from "react";

export interface Loaded<T> {
  /** What was loaded last; while anything newer loads, still the one before. */
  value?: T;
  problem?: string;
  reload: () => void;
}

interface Outcome<T> {
  value?: T;
  problem?: string;
}

/** Loads when first shown and whenever `load` is another function; `load` must be kept by `useCallback`. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const [outcome, setOutcome] = useState<Outcome<T>>({});
  const attempt = useCallback(() => {
    let isWanted = true;
    async function start(): Promise<void> {
      const next = await outcomeOf(load);
      if (isWanted) setOutcome((before) => ({ ...before, problem: undefined, ...next }) as Outcome<T>);
    }
    void start();
    return () => {
      isWanted = false;
    };
  }, [load]);
  useEffect(attempt, [attempt]);
  const reload = useCallback(() => void attempt(), [attempt]);
  return { ...outcome, reload };
}

async function outcomeOf<T>(load: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await load() };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
