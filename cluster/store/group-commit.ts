/**
 * Lets all changes of one turn wait for one commit: a disk takes as long for a hundred small changes as for one, and what
 * comes in while it works is taken together the next time.
 */
export class GroupCommit {
  readonly #commit: () => void;
  #waiting: Promise<void> | undefined;
  #settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #held = 0;

  /** `commit` brings to the disk what has been changed, or throws after everything was taken back. */
  constructor(commit: () => void) {
    this.#commit = commit;
  }

  /** Resolves with the next commit, which is at the end of this turn; within `together`, at once. */
  next(): Promise<void> {
    if (this.#held > 0) return Promise.resolve();
    if (this.#waiting === undefined) {
      setImmediate(() => this.#run());
      const promise = new Promise<void>((resolve, reject) => {
        this.#settle = { resolve, reject };
      });
      this.#waiting = promise;
    }
    return this.#waiting;
  }

  /** Commits now; rejects with what kept it from being done. */
  now(): Promise<void> {
    const done = this.next();
    this.#run();
    return done;
  }

  /** Runs `work`, whose changes are committed at its end. */
  async together<T>(work: () => Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      return await work();
    } finally {
      this.#held -= 1;
      await this.now();
    }
  }

  /** Rejects whoever waits, for what they wait for is taken back; returns the error. */
  fail<E extends Error>(error: E): E {
    this.#waiting = undefined;
    this.#settle?.reject(error);
    return error;
  }

  #run(): void {
    if (this.#held > 0) return;
    try {
      this.#commit();
    } catch {
      // Whoever waits was told by `fail`.
      return;
    }
    this.#waiting = undefined;
    this.#settle?.resolve();
  }
}
