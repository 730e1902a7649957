import { useCallback, useEffect, useRef, useState } from "react";
import { PolicyApiError, problemText } from "./policy-api.js";

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
 * page is visible, until there is nothing there any more. Only the newest answer counts.
 */
export function useLoaded<T>(load: () => Promise<T>, everyMs?: number): Loaded<T> {
  const [outcome, setOutcome] = useState<Omit<Loaded<T>, "reload">>({});
  const tickets = useRef({ newest: 0 });
  const isGone = useRef(false);
  const reload = useCallback(async () => {
    const current = tickets.current;
    const mine = ++current.newest;
    const settle = (next: (before: Omit<Loaded<T>, "reload">) => Omit<Loaded<T>, "reload">) => {
      if (mine === current.newest) setOutcome(next);
    };
    try {
      const value = await load();
      isGone.current = false;
      settle(() => ({ value, loadedAt: Date.now() }));
    } catch (error) {
      isGone.current = error instanceof PolicyApiError && error.status === 404;
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
      if (document.visibilityState === "visible" && !isGone.current) void reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return { ...outcome, reload };
}
