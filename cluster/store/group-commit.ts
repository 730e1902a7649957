/**
 * Lets changes wait for the disk together, which takes as long for a hundred small ones as for one: what comes in while it
 * works is the next group.
 */
export class GroupCommit {
  readonly #commit: () => Promise<void>;
  /** Takes in changes still. */
  #open: Group | undefined;
  /** On its way to the disk. */
  #underWay: Group | undefined;
  #held = 0;

  /** `commit` brings to the disk what has been changed until it is called; where it cannot, it calls `fail`. */
  constructor(commit: () => Promise<void>) {
    this.#commit = commit;
  }

  /** Resolves once what is changed now is on the disk; within `together`, at once. */
  next(): Promise<void> {
    const { settled } = this.#join();
    return this.#held > 0 ? Promise.resolve() : settled;
  }

  /** Resolves when what is changed now is on the disk, within `together` at once; rejects with what kept it from getting there. */
  async settled(): Promise<void> {
    if (this.#held === 0) await (this.#open ?? this.#underWay)?.settled;
  }

  /** Runs `work`, whose changes are committed at its end; rejects where some of them were taken back before it. */
  async together<T>(work: () => Promise<T>): Promise<T> {
    this.#held += 1;
    const { settled } = this.#join();
    try {
      return await work();
    } finally {
      this.#held -= 1;
      const last = this.next();
      void this.#run();
      await settled;
      await last;
    }
  }

  /** Rejects whoever waits, for what they wait for is taken back, or is about to be. */
  fail(error: Error): void {
    this.#underWay?.reject(error);
    this.#open?.reject(error);
    this.#open = undefined;
  }

  #join(): Group {
    if (this.#open === undefined) {
      this.#open = new Group();
      // What else is changed in this turn goes with it.
      if (this.#underWay === undefined) setImmediate(() => void this.#run());
    }
    return this.#open;
  }

  async #run(): Promise<void> {
    while (this.#held === 0 && this.#underWay === undefined && this.#open !== undefined) {
      const group = this.#open;
      this.#underWay = group;
      this.#open = undefined;
      await this.#commit();
      this.#underWay = undefined;
      group.resolve();
    }
  }
}

class Group {
  readonly settled: Promise<void>;
  resolve!: () => void;
  reject!: (error: Error) => void;

  constructor() {
    this.settled = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Within `together` nobody waits for a change of its own.
    this.settled.catch(() => undefined);
  }
}
