/** Lets so many do something at the same time. The others wait: each who asks has turns with those who also ask, in the order they came. */
export class Places {
  #free: number;
  /** What waits, by who asks; whoever is first has the next turn, and goes behind the others with what is left. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves or rejects as `work` does, which begins once there is a place for it and the turn is `whose`. */
  async take<Result>(whose: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#wait(whose, resolve));
    try {
      return await work();
    } finally {
      // Handed on, not given back: whoever comes just now waits behind those that were there.
      const next = this.#next();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  #wait(whose: string, begin: () => void): void {
    const line = this.#waiting.get(whose);
    if (line === undefined) this.#waiting.set(whose, [begin]);
    else line.push(begin);
  }

  #next(): (() => void) | undefined {
    for (const [whose, line] of this.#waiting) {
      this.#waiting.delete(whose);
      const next = line.shift();
      if (line.length > 0) this.#waiting.set(whose, line);
      return next;
    }
    return undefined;
  }
}
