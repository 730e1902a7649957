import { useEffect, useState, type ReactElement } from "react";
import { formatAgo } from "../../../workshop/common/durations.js";

const TICK_MS = 5000;

/** A moment as `5 min ago`, the absolute time on hover. */
export function RelativeTime({ iso }: { iso: string }): ReactElement {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const moment = new Date(iso);
  return (
    <time dateTime={iso} title={moment.toLocaleString()}>
      {formatAgo(now - moment.getTime())}
    </time>
  );
}
