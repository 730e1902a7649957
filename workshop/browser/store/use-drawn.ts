import { startTransition, useEffect, useState } from "react";

/** What a screen of any size shows at once. */
const FIRST = 40;
/** Drawn in one piece of work, which a click waits for at most. */
const MORE = 40;

/** How many of a long list are to be drawn: what is seen first at once, the rest while the browser has nothing else to do. */
export function useDrawn(count: number): number {
  const [drawn, setDrawn] = useState(FIRST);
  useEffect(() => {
    if (drawn >= count) return;
    // After the frame that shows what there is.
    const timer = setTimeout(() => startTransition(() => setDrawn(drawn + MORE)));
    return () => clearTimeout(timer);
  }, [drawn, count]);
  return Math.min(drawn, count);
}
