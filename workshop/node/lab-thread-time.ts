import { readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

/** How soon a thread that is owed time is looked at again; the kernel counts its waiting only once it runs. */
const LOOK_MS = 100;

/** The number of this thread in the kernel; `undefined` where there is no `/proc`. */
export function ownTask(): number | undefined {
  try {
    return Number(basename(readlinkSync("/proc/thread-self")));
  } catch {
    return undefined;
  }
}

/**
 * Calls `passed` once the thread has had so much time in which it could run: what it waits for a processor on a busy machine is not its
 * own. Where its number is not known all time counts; 0 passes at once. Returns what stops it.
 */
export function afterOwnTime(ms: number, task: number | undefined, passed: () => void): () => void {
  const start = performance.now() - waitedMs(task);
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (isOver) return;
    const left = start + ms - (performance.now() - waitedMs(task));
    if (ms > 0 && left > 0) timer = after(Math.max(LOOK_MS, left));
    else passed();
  };
  // An answer that has come while this thread was busy itself is read before it is called late.
  const after = (delay: number): NodeJS.Timeout => setTimeout(() => setImmediate(look), delay);
  if (ms === 0) queueMicrotask(look);
  else timer = after(ms);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** What a thread has waited for a processor since it began; 0 where the kernel does not count. Source: proc(5), schedstat. */
function waitedMs(task: number | undefined): number {
  if (task === undefined) return 0;
  try {
    const [, waitedNs = "0"] = readFileSync(`/proc/${task}/schedstat`, "utf8").split(" ");
    return Number(waitedNs) / 1e6;
  } catch {
    return 0;
  }
}
