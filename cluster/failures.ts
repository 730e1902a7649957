/** Where the failures of work that nobody waits for are told; a pino logger fits. */
export interface FailureLog {
  error(fields: object, message: string): void;
}

/** Milliseconds between two lines about failures of one kind: a full disk must not fill the log beside it. */
const REPEAT_AFTER_MS = 10_000;
/** Kinds whose last line is remembered; all are forgotten when there are more. */
const MAX_KINDS = 1000;

/** Tells and counts what goes wrong where nobody waits for an answer, so that it neither gets lost nor ends the process. */
export class Failures {
  readonly #log: FailureLog | undefined;
  readonly #now: () => number;
  readonly #told = new Map<string, { ms: number; untold: number }>();
  #count = 0;

  constructor(log?: FailureLog, now: () => number = Date.now) {
    this.#log = log;
    this.#now = now;
  }

  /** All that were reported, told or not. */
  get count(): number {
    return this.#count;
  }

  /** `what` failed, such as `a listener to changes of /pods`: it names a kind of failure, not a single one. */
  report(what: string, error: unknown): void {
    this.#count += 1;
    const ms = this.#now();
    const last = this.#told.get(what);
    if (last !== undefined && ms - last.ms < REPEAT_AFTER_MS) {
      last.untold += 1;
      return;
    }
    if (this.#told.size >= MAX_KINDS) this.#told.clear();
    this.#told.set(what, { ms, untold: 0 });
    const untold = last?.untold ?? 0;
    const repeated = untold === 0 ? "" : `, as did ${untold} more before it`;
    this.#log?.error({ err: error, untold }, `${what} failed${repeated}`);
  }

  /** Reports a rejection of `work`, which nobody waits for. */
  follow(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => this.report(what, error));
  }
}
