import { useEffect, useState } from "react";

/** The time in epoch milliseconds, renewed every `everyMs` while `isTicking`. */
export function useNow(everyMs: number, isTicking = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = isTicking ? setInterval(() => setNow(Date.now()), everyMs) : undefined;
    return () => clearInterval(timer);
  }, [everyMs, isTicking]);
  return now;
}
