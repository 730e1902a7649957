/** Work that took longer than it may. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";

  constructor(timeoutMs: number) {
    super(`no answer within ${String(timeoutMs / 1000)} s`);
  }
}

/**
 * What the work resolves to. Rejects as soon as the time is over, with DeadlineError, or the given signal fires, with its reason, whether
 * the work heeds the signal it is handed or not. `AbortSignal.any` is no way to join a time-out to another signal: Node 20 lets
 * the time-out be collected, and it never fires.
 */
export async function withDeadline<Result>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(new DeadlineError(timeoutMs)), timeoutMs);
  const passOn = (): void => ended.abort(signal?.reason);
  signal?.addEventListener("abort", passOn, { once: true });
  try {
    return await unlessAborted(work(ended.signal), ended.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", passOn);
  }
}

/** What the work resolves to; throws the signal's reason as soon as that fires. */
export async function unlessAborted<Result>(work: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (!signal) return work;
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener("abort", stop);
  }
}
