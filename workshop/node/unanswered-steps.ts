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

/** The steps of a page that go on while later ones are taken. */
export class UnansweredSteps {
  /** By terminal, or by number where they have none. */
  readonly #steps = new Map<string, Promise<void>>();
  readonly #awaitedMs: number;

  constructor(awaitedMs = AWAITED_MS) {
    this.#awaitedMs = awaitedMs;
  }

  /** Lets the step run; resolves when the next one may be taken. */
  async begin({ view, expectation, test }: PageAction, step: Promise<void>): Promise<void> {
    const [terminal = `step ${String(view.number)}`] = view.terminals;
    this.#steps.set(terminal, step);
    // Whoever awaits it hears of a failure.
    step.catch(() => undefined);
    const pause = new AbortController();
    const { signal } = pause;
    const lookedMs = test ? this.#awaitedMs : Math.min(LOOKED_AT_MS, expectation.timeoutMs / 2);
    const looked = sleep(lookedMs, undefined, { signal });
    await Promise.race([step, looked]).finally(() => pause.abort());
  }

  /** Waits for the steps that this action was meant for. */
  async awaitAnswered({ view }: PageAction): Promise<void> {
    if (view.kind !== "terminal-interrupt" && view.kind !== "terminal-input") return;
    for (const terminal of view.terminals) await this.ended(terminal);
  }

  /** Waits for the step of a terminal. */
  async ended(terminal: string): Promise<void> {
    await this.#steps.get(terminal);
    this.#steps.delete(terminal);
  }

  /** Waits for all of them. */
  async end(): Promise<void> {
    await Promise.all(this.#steps.values());
  }
}
