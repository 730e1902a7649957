import { useEffect, useState, type ReactElement } from "react";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const TICK_MS = 20_000;

/** A moment as `5 minutes ago`, the absolute time on hover. */
export function RelativeTime({ iso }: { iso: string }): ReactElement {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const moment = new Date(iso);
  return (
    <time dateTime={iso} title={moment.toLocaleString()}>
      {relativeWords((moment.getTime() - now) / 1000)}
    </time>
  );
}

/** `seconds` from now, negative in the past, in the largest unit that fits. */
export function relativeWords(seconds: number): string {
  if (Number.isNaN(seconds)) return "";
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return "just now";
}
