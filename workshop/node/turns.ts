/** Whoever sees to it that work on one name is done one after the other. */
export interface TurnTaking {
  take<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
}

/** Does what concerns one name one after the other, in the order of asking; different names do not wait for each other. */
export class Turns implements TurnTaking {
  readonly #last = new Map<string, Promise<unknown>>();

  async take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(name);
    const done = before === undefined ? work() : before.then(work, work);
    this.#last.set(name, done);
    try {
      return await done;
    } finally {
      if (this.#last.get(name) === done) this.#last.delete(name);
    }
  }
}
