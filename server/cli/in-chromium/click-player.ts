import { setTimeout as sleep } from "node:timers/promises";
import type { Locator } from "playwright-core";
import type { SessionHost } from "../../../terminal/common/session-host.js";
import type { PageAction } from "../../../workshop/common/action.js";
import type { StepResult, StepState } from "../../../workshop/common/api.js";
import { cascadeLeaders, runsUnclicked } from "../../../workshop/common/block-flow.js";
import type { LabPage, LabProblem } from "../../../workshop/common/lab.js";
import { type SessionStep, isRunnable } from "../../../workshop/node/session-step.js";
import type { StepPlayer, TakeOptions } from "../../../workshop/node/step-player.js";
import { browserVerdict, refusalOf } from "./browser-verdict.js";
import { FollowedStep } from "./followed-step.js";
import type { LearnerPage } from "./learner-page.js";
import { pressBlock } from "./press-block.js";
import { asShown } from "./shown-verdict.js";

export interface ClickPlayerParts {
  page: LearnerPage;
  host: Pick<SessionHost, "endShell">;
  /** What the server knows of the session's steps. */
  results: () => Promise<readonly StepResult[]>;
  close: () => Promise<void>;
  signal?: AbortSignal | undefined;
}

/** A click is answered at once; a machine under load takes its time. */
const CLICK_MS = 30_000;
const LOOK_MS = 50;
/** Of HTTP. */
const FIRST_REFUSAL = 400;

/** The server looks for such a file itself; on the page the browser does. */
const OF_THE_BROWSER: ReadonlySet<PageAction["view"]["kind"]> = new Set(["copy-file", "download-file"]);
const COPIES: ReadonlySet<PageAction["view"]["kind"]> = new Set(["copy", "copy-and-edit"]);
const LEADS_ON: ReadonlySet<StepState> = new Set(["succeeded", "expected-failure", "typed"]);

/** Takes blocks by clicks on a learner's page, and reads there what came of them. */
export class ClickPlayer implements StepPlayer {
  readonly #parts: ClickPlayerParts;
  #leaders: ReadonlyMap<string, PageAction> = new Map();
  readonly #done = new Set<string>();

  constructor(parts: ClickPlayerParts) {
    this.#parts = parts;
  }

  async turnTo(page: LabPage, actions: readonly PageAction[]): Promise<void> {
    this.#done.clear();
    const leaders = [...cascadeLeaders(actions)];
    this.#leaders = new Map(leaders.map(([action, leader]) => [action.view.step, leader]));
    await this.#parts.page.turnTo(page, actions);
  }

  reasonToSkip({ view }: PageAction): string | undefined {
    if (view.kind === "open-url") return "opens a page elsewhere";
    if (view.kind === "upload-file") return "a person chooses the file";
    if (view.kind === "section-end") return "happens in the browser";
    return view.flow?.isHidden && !isOfTheServer(view) ? "is not shown" : undefined;
  }

  async take(step: SessionStep, { queuedForMs }: TakeOptions): Promise<StepResult> {
    const { action } = step;
    const block = this.#parts.page.block(action);
    const result = await this.#take(step, block, queuedForMs).catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== "TimeoutError") throw error;
      return failed(step, `It could not be clicked: ${error.message.split("\n")[0] ?? ""}`);
    });
    if (LEADS_ON.has(result.state)) this.#done.add(action.view.step);
    return result;
  }

  async close(): Promise<LabProblem[]> {
    // A browser that has gone has nothing left to close.
    await this.#parts.close().catch(() => undefined);
    return this.#parts.page.troubles.problems();
  }

  async #take(step: SessionStep, block: Locator, queuedForMs: number): Promise<StepResult> {
    const { action } = step;
    const { page } = this.#parts;
    await page.reveal(block, CLICK_MS);
    if (!isOfTheServer(action.view)) return this.#takeInBrowser(step, block);
    const followed = new FollowedStep(step, block, this.#parts);
    const why = await this.#begin(step, block, followed);
    if (why !== undefined) return failed(step, why);
    const ended = await followed.ended(queuedForMs);
    const shown = await asShown(block, step, async () => (await followed.latest()) ?? ended);
    return followed.interrupted(shown);
  }

  async #takeInBrowser(step: SessionStep, block: Locator): Promise<StepResult> {
    const { action } = step;
    const isOpen = (await block.locator(".section-toggle[aria-expanded=true]").count()) > 0;
    if (COPIES.has(action.view.kind)) await this.#parts.page.forgetCopied();
    if (!isOpen) await pressBlock(block, action, CLICK_MS);
    const why = await browserVerdict(this.#parts.page, block, action);
    return why === undefined ? { ...failed(step, ""), state: "succeeded" } : failed(step, why);
  }

  /** Clicks the block unless it begins by itself; says why it has not begun where it has not. */
  async #begin(
    { action, page }: SessionStep,
    block: Locator,
    followed: FollowedStep,
  ): Promise<string | undefined> {
    if (await followed.hasBegun()) return undefined;
    const pauseMs = this.#beginsAfter(action);
    if (pauseMs !== undefined) {
      if (await followed.begins(pauseMs + CLICK_MS)) return undefined;
      return `It did not begin by itself, as its page wants, within ${String((pauseMs + CLICK_MS) / 1000)} s`;
    }
    if (action.view.flow?.isHidden && (await block.locator(".block").count()) === 0)
      return "It is hidden, and what begins it did not come to what is expected";
    const answer = this.#parts.page.answerTo(action, page, CLICK_MS);
    try {
      await pressBlock(block, action, CLICK_MS);
    } catch (error) {
      // What is done while it is being clicked loses its button.
      if (await followed.hasBegun()) return undefined;
      throw error;
    }
    const hasEnded = new AbortController();
    try {
      const refused = this.#refused(block, hasEnded.signal);
      const status = await Promise.race([answer, refused]);
      if (typeof status === "number" && status < FIRST_REFUSAL) return undefined;
      return (await refused) ?? "Its click came to nothing";
    } finally {
      hasEnded.abort();
    }
  }

  /** How long after what leads to it the block begins without a click; `undefined` where it waits for one. */
  #beginsAfter({ view }: PageAction): number | undefined {
    if (!runsUnclicked(view)) return undefined;
    if (view.flow?.starts) return 0;
    const leader = this.#leaders.get(view.step);
    return leader && this.#done.has(leader.view.step) ? leader.view.flow?.pauseMs : undefined;
  }

  /** What the block says where it refuses to begin, as soon as it does. */
  async #refused(block: Locator, hasEnded: AbortSignal): Promise<string | undefined> {
    const until = performance.now() + CLICK_MS;
    while (performance.now() < until && !hasEnded.aborted) {
      const said = await refusalOf(block).catch(() => undefined);
      if (said !== undefined) return said;
      await sleep(LOOK_MS);
    }
    return undefined;
  }
}

function isOfTheServer(view: PageAction["view"]): boolean {
  return isRunnable(view) && !OF_THE_BROWSER.has(view.kind);
}

function failed({ page, action: { view } }: SessionStep, message: string): StepResult {
  const result: StepResult = { page, step: view.step, number: view.number, state: "failed", checks: [] };
  return message === "" ? result : { ...result, message };
}
