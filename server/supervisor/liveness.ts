import { setTimeout as delay } from "node:timers/promises";
import { waitedForProcessor } from "../../processes/node/process-stat.js";

/** Asks a process something it must answer itself; rejects where it does not. The signal fires when the answer is too late. */
export type Probe = (pid: number, signal: AbortSignal) => Promise<void>;

/** A process that was silent this long although it could have run is deaf: nobody waits longer for a key to echo or a page to open. */
const DEAF_MS = 10_000;
const PROBE_TIMEOUT_MS = 2_000;
const INTERVAL_MS = 1_000;

/**
 * Asks the process again and again; resolves when it has been deaf for too long, or the signal has fired. Only time in which the
 * process could run counts: not what it waited for a processor on a loaded machine, nor what this process slept through itself.
 */
export async function untilDeaf(
  pid: number,
  probe: Probe,
  {
    signal,
    deafMs = DEAF_MS,
    everyMs = INTERVAL_MS,
  }: { signal: AbortSignal; deafMs?: number | undefined; everyMs?: number | undefined },
): Promise<void> {
  let silentMs = 0;
  while (!signal.aborted && silentMs < deafMs) {
    const since = performance.now();
    const waitedBefore = waitedForProcessor(pid);
    const hasAnswered = await answers(pid, probe);
    await delay(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    const passed = Math.min(performance.now() - since, PROBE_TIMEOUT_MS + everyMs);
    const waited = waitedForProcessor(pid) - waitedBefore;
    silentMs = hasAnswered ? 0 : silentMs + Math.max(0, passed - waited);
  }
}

/** One probe, given up at its deadline even where it does not heed its signal. */
export async function answers(pid: number, probe: Probe): Promise<boolean> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error("no answer")), PROBE_TIMEOUT_MS);
  const given = new Promise<false>((resolve) => {
    late.signal.addEventListener("abort", () => resolve(false), { once: true });
  });
  const asked = probe(pid, late.signal).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([asked, given]);
  } finally {
    clearTimeout(timer);
  }
}
