import { setTimeout as sleep } from "node:timers/promises";
import type { Locator } from "playwright-core";
import type { SessionHost } from "../../../terminal/common/session-host.js";
import type { StepResult } from "../../../workshop/common/api.js";
import type { Expectation } from "../../../workshop/common/expectation.js";
import { judgeOutcome } from "../../../workshop/common/judge-step.js";
import { endCommand, needsEnding, patienceMs } from "../../../workshop/node/overdue-command.js";
import type { SessionStep } from "../../../workshop/node/session-step.js";

interface FollowedStepParts {
  host: Pick<SessionHost, "endShell">;
  results: () => Promise<readonly StepResult[]>;
  signal?: AbortSignal | undefined;
}

const LOOK_MS = 50;
/** A button of a block that runs is there at once. */
const PRESS_MS = 30_000;

/** A step that was begun on a page, until it has ended: what waits or runs for too long is ended by the buttons of its block. */
export class FollowedStep {
  readonly #step: SessionStep;
  readonly #block: Locator;
  readonly #parts: FollowedStepParts;
  readonly #isEndless: boolean;
  #runsSince: number | undefined;
  #hasEnded = false;
  #wasCancelled = false;
  #wasOverdue = false;

  constructor(step: SessionStep, block: Locator, parts: FollowedStepParts) {
    this.#step = step;
    this.#block = block;
    this.#parts = parts;
    this.#isEndless = needsEnding(step.action);
  }

  async latest(): Promise<StepResult | undefined> {
    const { page, action } = this.#step;
    const results = await this.#parts.results();
    return results.find((result) => result.page === page && result.step === action.view.step);
  }

  async hasBegun(): Promise<boolean> {
    const result = await this.latest();
    return result !== undefined && (result.state !== "idle" || result.done === true);
  }

  /** Whether it begins without a click within that time. */
  async begins(withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    while (performance.now() < until) {
      if (await this.hasBegun()) return true;
      await this.#pause();
    }
    return false;
  }

  /** Its verdict. */
  async ended(queuedForMs: number): Promise<StepResult> {
    const queuedSince = performance.now();
    try {
      for (;;) {
        const result = await this.latest();
        if (result && result.state !== "queued" && result.state !== "running") return result;
        if (result?.state === "queued" && performance.now() - queuedSince > queuedForMs) this.#cancel();
        if (result?.state === "running" && this.#isOverdue(result)) this.#interrupt();
        await this.#pause();
      }
    } finally {
      this.#hasEnded = true;
    }
  }

  /** The verdict of one that was ended: because it ran for too long, or because it would never have ended by itself. */
  interrupted(result: StepResult): StepResult {
    const { ending, expectation } = this.#step.action;
    if (this.#isEndless || (ending === "interrupt" && !this.#wasOverdue))
      return { ...result, ...judgedAsInterrupted(result, expectation) };
    if (!this.#wasOverdue) return result;
    const seconds = expectation.timeoutMs / 1000;
    return {
      ...result,
      state: "unknown",
      message: `it still ran after ${String(seconds)} s and was interrupted`,
    };
  }

  /** The server tells of a command that nothing on its page ends; one that a later block ends may run as long. */
  #isOverdue({ isOverdue }: StepResult): boolean {
    this.#runsSince ??= performance.now();
    const { action } = this.#step;
    if (action.ending === undefined && !this.#isEndless) return isOverdue === true;
    return performance.now() - this.#runsSince > patienceMs(action, this.#isEndless);
  }

  #cancel(): void {
    if (this.#wasCancelled) return;
    this.#wasCancelled = true;
    void this.#press("Cancel");
  }

  #interrupt(): void {
    if (this.#wasOverdue) return;
    this.#wasOverdue = true;
    const { session, action } = this.#step;
    const { host, signal } = this.#parts;
    const ends = action.view.terminals.map((terminal, at) =>
      endCommand(
        {
          // One press reaches all terminals of the block.
          interrupt: () => (at === 0 ? this.#press("Interrupt") : Promise.resolve()),
          endShell: (address) => host.endShell(address),
        },
        { session: session.metadata.name, terminal },
        { hasEnded: () => this.#hasEnded, ...(signal && { signal }) },
      ),
    );
    // Where it fails, the terminal is gone, and with it the command.
    Promise.all(ends).catch(() => undefined);
  }

  async #press(word: "Interrupt" | "Cancel"): Promise<void> {
    const name = `${word} step ${String(this.#step.action.view.number + 1)}`;
    // One that ends meanwhile has no such button any more.
    await this.#block
      .getByRole("button", { name, exact: true })
      .click({ timeout: PRESS_MS })
      .catch(() => undefined);
  }

  async #pause(): Promise<void> {
    const { signal } = this.#parts;
    await sleep(LOOK_MS, undefined, signal && { signal });
  }
}

/** The server knows of no block that ends it, and calls it interrupted; whatever else became of it stands. */
function judgedAsInterrupted(result: StepResult, expectation: Expectation): Partial<StepResult> {
  if (result.state !== "interrupted") return {};
  const outcome = {
    status: "interrupted" as const,
    exitStatus: result.exitStatus ?? null,
    output: result.output ?? "",
  };
  return judgeOutcome(outcome, expectation, "interrupt");
}
