import { setTimeout as sleep } from "node:timers/promises";
import type { PageAction } from "../common/action.js";

/**
 * How long a command is looked at before the step that ends it, or answers it, is taken: a person would look at it for a moment, and a
 * command that ends by itself has the time to.
 */
const LOOKED_AT_MS = 3_000;

/** How long a test that began with its page is waited for: as long as what comes before it takes to come true. */
const AWAITED_MS = 20_000;

/** Whether later steps are taken while this one goes on, because one of them ends it, answers it, or does what it waits for. */
export function isUnanswered({ ending, test, view }: PageAction): boolean {
  return ending !== undefined || (test?.retries === Infinity && view.flow?.starts === true);
}

/** A command or test that goes on, and the later steps that it waits for. */
interface GoingStep {
  terminals: readonly string[];
  step: Promise<void>;
  answers: Set<number>;
}

/** The steps of a page that go on while later ones are taken. */
export class UnansweredSteps {
  readonly #going = new Set<GoingStep>();
  readonly #awaitedMs: number;

  constructor(awaitedMs = AWAITED_MS) {
    this.#awaitedMs = awaitedMs;
  }

  /** Lets the step run; resolves when the next one may be taken. */
  async begin({ view, expectation, test, answers }: PageAction, step: Promise<void>): Promise<void> {
    this.#going.add({ terminals: view.terminals, step, answers: new Set(answers) });
    // Whoever awaits it hears of a failure.
    step.catch(() => undefined);
    await lookedAt(step, test ? this.#awaitedMs : Math.min(LOOKED_AT_MS, expectation.timeoutMs / 2));
  }

  /** Waits for the steps that this action was the last answer to, and gives those a moment that ask for another one. */
  async awaitAnswered({ view }: PageAction): Promise<void> {
    for (const going of this.#going) {
      if (!going.answers.delete(view.number)) continue;
      if (going.answers.size > 0) await lookedAt(going.step, LOOKED_AT_MS);
      else await this.#ended(going);
    }
  }

  /** Waits for the steps of a terminal. */
  async ended(terminal: string): Promise<void> {
    for (const going of this.#going) if (going.terminals.includes(terminal)) await this.#ended(going);
  }

  /** Waits for all of them. */
  async end(): Promise<void> {
    await Promise.all([...this.#going].map(({ step }) => step));
  }

  async #ended(going: GoingStep): Promise<void> {
    await going.step;
    this.#going.delete(going);
  }
}

/** Resolves when the step has ended, or the time is over. */
async function lookedAt(step: Promise<void>, ms: number): Promise<void> {
  const pause = new AbortController();
  await Promise.race([step, sleep(ms, undefined, { signal: pause.signal })]).finally(() => pause.abort());
}
