import { useCallback, useEffect, useRef, useState } from "react";
import { problemText } from "./policy-api.js";

export interface Loaded<T> {
  /** What was loaded last, also while something newer loads or after it failed to. */
  value?: T | undefined;
  problem?: string | undefined;
  /** Epoch milliseconds of `value`. */
  loadedAt?: number | undefined;
  reload: () => Promise<void>;
}

/**
 * Loads when first shown, when `load` is another function (keep it by `useCallback`), and every `everyMs` while the
 * page is visible. Only the newest answer counts.
 */
export function useLoaded<T>(load: () => Promise<T>, everyMs?: number): Loaded<T> {
  const [outcome, setOutcome] = useState<Omit<Loaded<T>, "reload">>({});
  const tickets = useRef({ newest: 0 });
  const reload = useCallback(async () => {
    const current = tickets.current;
    const mine = ++current.newest;
    const settle = (next: (before: Omit<Loaded<T>, "reload">) => Omit<Loaded<T>, "reload">) => {
      if (mine === current.newest) setOutcome(next);
    };
    try {
      const value = await load();
      settle(() => ({ value, loadedAt: Date.now() }));
    } catch (error) {
      settle((before) => ({ ...before, problem: problemText(error) }));
    }
  }, [load]);
  useEffect(() => {
    const current = tickets.current;
    void reload();
    return () => {
      current.newest++;
    };
  }, [reload]);
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return { ...outcome, reload };
}
