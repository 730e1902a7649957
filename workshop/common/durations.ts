const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** When the header warns, and when it warns louder; minutes before the end. */
const WARN_AT_MS = 10 * MINUTE_MS;
const URGENT_AT_MS = 2 * MINUTE_MS;

/** Calm until ten minutes before the end, urgent in the last two. */
export type Urgency = "calm" | "warning" | "urgent" | "over";

/** How long something took, in milliseconds: `7 ms`, `0.4 s`, `12 s`, `1 min 05 s`. */
export function formatDuration(ms: number): string {
  const safe = Math.max(0, ms);
  if (safe < SECOND_MS / 10) return `${Math.round(safe)} ms`;
  if (safe < 10 * SECOND_MS) return `${(Math.floor(safe / 100) / 10).toFixed(1)} s`;
  if (safe < MINUTE_MS) return `${Math.floor(safe / SECOND_MS)} s`;
  return minutesAndSeconds(safe);
}

/** How much time is left, in milliseconds: `1 h 05 min`, `48 min`, `1 min 59 s` in the last two minutes, `0 s` when over. */
export function formatTimeLeft(ms: number): string {
  const safe = Math.max(0, ms);
  if (safe < MINUTE_MS) return `${Math.floor(safe / SECOND_MS)} s`;
  if (safe < URGENT_AT_MS) return minutesAndSeconds(safe);
  const minutes = Math.floor(safe / MINUTE_MS);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** How loud the time that is left, in milliseconds, must be told. */
export function urgencyOf(ms: number): Urgency {
  if (ms <= 0) return "over";
  if (ms <= URGENT_AT_MS) return "urgent";
  return ms <= WARN_AT_MS ? "warning" : "calm";
}

/** How long ago something was, in milliseconds: `just now`, `4 min ago`, `2 h ago`, `3 d ago`. */
export function formatAgo(ms: number): string {
  if (ms < MINUTE_MS) return ms < 10 * SECOND_MS ? "just now" : `${Math.floor(ms / SECOND_MS)} s ago`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min ago`;
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h ago`;
  return `${Math.floor(ms / DAY_MS)} d ago`;
}

function minutesAndSeconds(ms: number): string {
  const seconds = Math.floor((ms % MINUTE_MS) / SECOND_MS);
  return `${Math.floor(ms / MINUTE_MS)} min ${String(seconds).padStart(2, "0")} s`;
}
