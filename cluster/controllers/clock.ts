/** Time as controllers see it; tests bring their own. */
export interface Clock {
  now(): Date;
  /** Calls `callback` once after `delayMs`; returns the way to call it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Longest delay a timer of the runtime takes, in milliseconds; longer ones would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => new Date(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A Kubernetes timestamp: UTC in whole seconds. */
export function timestampOf(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}
