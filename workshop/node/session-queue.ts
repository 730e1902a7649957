import { availableParallelism } from "node:os";

/** Work on sessions is mostly waiting for the cluster and the session host, which share this machine's processors with the shells. */
export const sessionsAtOnce = Math.max(4, 2 * availableParallelism());

export interface Turn {
  /** Whose sessions take turns with those of others; those of one are in the order of asking. */
  group?: string;
  /** Nobody waits for it: it goes after everything else, and never takes more than half of the places. */
  isBackground?: boolean;
}

interface Waiting {
  begin: () => void;
  refuse: (reason: Error) => void;
}

type Group = Map<string, Waiting>;

/** Does something with sessions, some at once; the others wait, and those of every group get their turn. */
export class SessionQueue {
  readonly #limit: number;
  readonly #onMove: (waiting: Iterable<string>) => void;
  /** In the order of their turns. */
  readonly #groups = new Map<string, Group>();
  readonly #background: Group = new Map();
  #running = 0;
  #runningBackground = 0;

  /** `onMove` is told which sessions wait whenever their places have changed. */
  constructor(limit = sessionsAtOnce, onMove: (waiting: Iterable<string>) => void = () => undefined) {
    this.#limit = limit;
    this.#onMove = onMove;
  }

  /**
   * Does the work when it is the session's turn. Work that has nothing to do but to wait lets the next one begin by calling `giveWay`.
   * A session that is in the queue already must not be put there again.
   */
  async run<Result>(
    session: string,
    work: (giveWay: () => void) => Promise<Result>,
    { group = "", isBackground = false }: Turn = {},
  ): Promise<Result> {
    await new Promise<void>((begin, refuse) => {
      const line = isBackground ? this.#background : (this.#groups.get(group) ?? new Map<string, Waiting>());
      line.set(session, { begin, refuse });
      if (!isBackground) this.#groups.set(group, line);
      this.#begin();
    });
    let hasPlace = true;
    const giveWay = (): void => {
      if (!hasPlace) return;
      hasPlace = false;
      this.#running -= 1;
      if (isBackground) this.#runningBackground -= 1;
      if (this.#begin() > 0) this.#onMove(this.#waiting());
    };
    try {
      return await work(giveWay);
    } finally {
      giveWay();
    }
  }

  /** Takes a session out that still waits; what waited for it is rejected with the reason. */
  leave(session: string, reason: Error): void {
    for (const line of [...this.#groups.values(), this.#background]) {
      const waiting = line.get(session);
      if (waiting === undefined) continue;
      line.delete(session);
      this.#forgetEmpty();
      waiting.refuse(reason);
      this.#onMove(this.#waiting());
    }
  }

  /** How many begin before the session, as things stand; nothing where it does not wait for its own sake. */
  before(session: string): number | undefined {
    const groups = [...this.#groups.values()];
    const own = groups.findIndex((line) => line.has(session));
    const line = groups[own];
    if (line === undefined) return undefined;
    const place = [...line.keys()].indexOf(session);
    return groups.reduce((before, { size }, at) => {
      if (at === own) return before + place;
      return before + Math.min(size, at < own ? place + 1 : place);
    }, 0);
  }

  /** Lets as many begin as there are places; how many that were. */
  #begin(): number {
    let begun = 0;
    while (this.#running < this.#limit) {
      const next = this.#next();
      if (next === undefined) break;
      this.#running += 1;
      begun += 1;
      next.begin();
    }
    return begun;
  }

  #next(): Waiting | undefined {
    const [turn] = this.#groups;
    if (turn !== undefined) {
      const [group, line] = turn;
      // Behind the others, for its next one.
      this.#groups.delete(group);
      const first = takeFirst(line);
      if (line.size > 0) this.#groups.set(group, line);
      return first;
    }
    if (this.#runningBackground >= this.#limit / 2) return undefined;
    const first = takeFirst(this.#background);
    if (first !== undefined) this.#runningBackground += 1;
    return first;
  }

  #forgetEmpty(): void {
    for (const [group, line] of this.#groups) if (line.size === 0) this.#groups.delete(group);
  }

  *#waiting(): Iterable<string> {
    for (const line of this.#groups.values()) yield* line.keys();
  }
}

function takeFirst(line: Group): Waiting | undefined {
  const [first] = line;
  if (first === undefined) return undefined;
  line.delete(first[0]);
  return first[1];
}
