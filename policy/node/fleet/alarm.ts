/** Ends a wait before its time. A ring that nobody waits for is kept for the next wait. */
export class Alarm {
  #isRung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Resolves after so many milliseconds, at a ring, or when the signal fires. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#isRung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        timer.unref();
        signal.addEventListener("abort", done, { once: true });
        this.#wake = done;
      });
    }
    this.#isRung = false;
    this.#wake = undefined;
  }
}
