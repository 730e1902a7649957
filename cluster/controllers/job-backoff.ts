/** As in a real controller: the wait after the first failure, doubled with each further one, and its bound. */
const BASE_MS = 10_000;
const MAX_MS = 600_000;

/** Milliseconds from the last of so many failures to the next try. */
export function backoffMs(failures: number): number {
  return Math.min(BASE_MS * 2 ** (failures - 1), MAX_MS);
}

/** How long each Job waits with new pods after some have failed. */
export class JobBackoff {
  readonly #failures = new Map<string, { count: number; lastMs: number }>();

  /** A success forgives the failures before it. */
  record(uid: string, { failed, succeeded }: { failed: number; succeeded: number }, nowMs: number): void {
    if (succeeded > 0) this.#failures.delete(uid);
    if (failed === 0) return;
    const count = (this.#failures.get(uid)?.count ?? 0) + failed;
    this.#failures.set(uid, { count, lastMs: nowMs });
  }

  leftMs(uid: string, nowMs: number): number {
    const known = this.#failures.get(uid);
    if (known === undefined) return 0;
    return Math.max(0, known.lastMs + backoffMs(known.count) - nowMs);
  }

  forget(uid: string): void {
    this.#failures.delete(uid);
  }
}
