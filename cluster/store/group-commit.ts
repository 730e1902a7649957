/** How changes come to the disk. */
export interface CommitSteps {
  /** Hands what has been changed to the disk, or throws after it was taken back. */
  write(): void;
  /** Resolves when what was written is on the disk, rejects after it was taken back; `undefined` where there is no disk. */
  sync(): Promise<void> | undefined;
}

/** Those whose changes come to the disk together. */
interface Group {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * Lets all changes of one turn wait for one commit: a disk takes as long for a hundred small changes as for one, and what
 * comes in while it works is taken together the next time.
 */
export class GroupCommit {
  readonly #steps: CommitSteps;
  #waiting: Group | undefined;
  #isSyncing = false;
  #held = 0;

  constructor(steps: CommitSteps) {
    this.#steps = steps;
  }

  /** Resolves with the next commit, which is at the end of this turn or when the disk is done with the one before; within `together`, at once. */
  next(): Promise<void> {
    if (this.#held > 0) return Promise.resolve();
    if (this.#waiting === undefined) {
      this.#waiting = newGroup();
      setImmediate(() => this.#run());
    }
    return this.#waiting.promise;
  }

  /** Commits as soon as the disk is free; rejects with what kept it from being done. */
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
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    return error;
  }

  #run(): void {
    if (this.#held > 0 || this.#isSyncing || this.#waiting === undefined) return;
    try {
      this.#steps.write();
    } catch {
      // Whoever waits was told by `fail`.
      return;
    }
    const group = this.#waiting;
    this.#waiting = undefined;
    const synced = this.#steps.sync();
    if (synced === undefined) return group.resolve();
    this.#isSyncing = true;
    synced.then(group.resolve, group.reject).finally(() => {
      this.#isSyncing = false;
      this.#run();
    });
  }
}

function newGroup(): Group {
  const group: Partial<Group> = {};
  group.promise = new Promise<void>((resolve, reject) => Object.assign(group, { resolve, reject }));
  // One who does not wait must not end the process.
  group.promise.catch(() => undefined);
  return group as Group;
}
