import { availableParallelism } from "node:os";

/** Work on sessions is mostly waiting for the cluster and the session host, which share this machine's processors with the shells. */
export const sessionsAtOnce = Math.max(4, 2 * availableParallelism());

/** Does something with sessions, some at once and the others in the order of asking. */
export class SessionQueue {
  readonly #limit: number;
  readonly #onMove: (waiting: Iterable<string>) => void;
  readonly #waiting = new Map<string, () => void>();
  #running = 0;

  /** `onMove` is told which sessions wait whenever their places have changed. */
  constructor(limit = sessionsAtOnce, onMove: (waiting: Iterable<string>) => void = () => undefined) {
    this.#limit = limit;
    this.#onMove = onMove;
  }

  /** Does the work when it is the session's turn. A session that is in the queue already must not be put there again. */
  async run<Result>(session: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#limit) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.set(session, resolve));
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  /** How many wait before the session; nothing where it does not wait. */
  before(session: string): number | undefined {
    if (!this.#waiting.has(session)) return undefined;
    let place = 0;
    for (const other of this.#waiting.keys()) {
      if (other === session) break;
      place += 1;
    }
    return place;
  }

  /** Hands the place of one that is done to the first that waits. */
  #next(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#running -= 1;
      return;
    }
    const [session, begin] = first;
    this.#waiting.delete(session);
    begin();
    this.#onMove(this.#waiting.keys());
  }
}
