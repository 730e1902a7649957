/** How long what is asked for again and again is put off. */
export interface Patience {
  /** Nobody has asked for this long. */
  quietMs: number;
  /** The first who asked has waited this long, though others still ask. */
  atMostMs: number;
}

interface Due {
  task: () => void;
  /** When it is done at the latest. */
  end: number;
  timer: NodeJS.Timeout;
}

/** Does once what many ask for one after another, when they are through with it: of the same key only the newest task, which has to see to its failures itself. */
export class Settling {
  readonly #patience: Patience;
  readonly #due = new Map<string, Due>();

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  soon(key: string, task: () => void): void {
    const { quietMs, atMostMs } = this.#patience;
    const now = performance.now();
    const due = this.#due.get(key);
    clearTimeout(due?.timer);
    const end = due?.end ?? now + atMostMs;
    const timer = setTimeout(() => this.#run(key), Math.max(0, Math.min(quietMs, end - now))).unref();
    this.#due.set(key, { task, end, timer });
  }

  #run(key: string): void {
    const due = this.#due.get(key);
    this.#due.delete(key);
    due?.task();
  }
}
