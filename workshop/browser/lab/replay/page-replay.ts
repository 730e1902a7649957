import { answersTo } from "../../../common/command-endings.js";
import { givenValues, inputProblem } from "../../../common/test-inputs.js";
import type { StepEntry, StepResult, StepState } from "../../../common/api.js";
import type { ActionView, PageView } from "../../../common/page-view.js";
import type { SessionStore } from "../../store/session-store.js";
import { isBusy, resultKey } from "../../store/step-results.js";
import { personOnly, replayed } from "./replayed-blocks.js";

/** What a replay asks of the page around it. */
export interface ReplayedPage {
  page: PageView;
  /** Runs a block and nothing that would follow from it; settles once the server knows of it. */
  perform: (page: string, action: ActionView, entry?: StepEntry) => Promise<void>;
}

/** How far a replay is. */
export interface ReplayState {
  page: string;
  /** The block up to which the page is run. */
  upTo: ActionView;
  /** What is run, in its order. */
  blocks: readonly ActionView[];
  /** How many of them have been run. */
  done: number;
  /** Blocks up to there that a person does. */
  leftOut: number;
  state: "running" | "done" | "failed" | "stopped";
  /** The block that failed. */
  failed?: ActionView;
}

/** A command that goes on until later blocks have answered or ended it. */
interface GoingCommand {
  action: ActionView;
  /** The steps of those that are still to come. */
  answers: Set<string>;
}

type Store = Pick<SessionStore, "snapshot" | "subscribe" | "interrupt" | "cancel" | "dismissChange">;

/** A command that a later block ends is looked at so long before the next block is taken, as validation does. */
const LOOKED_AT_MS = 3_000;
/** Of commands that are typed into a program nobody knows more. */
const LEADS_ON: ReadonlySet<StepState | undefined> = new Set(["succeeded", "expected-failure", "typed"]);

/** Runs a page again from its first block up to one of them, one after the other, until one fails. */
export class PageReplay {
  readonly #store: Store;
  readonly #listeners = new Set<() => void>();
  #state: ReplayState | undefined;
  #going: AbortController | undefined;
  /** The block that the server has been asked to run and has not answered for. */
  #asked: ActionView | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): ReplayState | undefined => this.#state;

  /** Begins; does nothing while another one runs. It keeps the blocks it began with, whatever becomes of the page. */
  start(shown: ReplayedPage, upTo: ActionView): void {
    if (this.#going !== undefined) return;
    // Whoever begins anew has seen that the page was changed.
    this.#store.dismissChange();
    const { actions, name } = shown.page;
    const going = new AbortController();
    this.#going = going;
    const blocks = replayed(actions, upTo);
    const leftOut = personOnly(actions, upTo);
    this.#set({ page: name, upTo, blocks, done: 0, leftOut, state: "running" });
    void this.#run(shown, blocks, going.signal).finally(() => (this.#going = undefined));
  }

  /** Ends it, and interrupts what it runs. */
  stop(): void {
    const going = this.#going;
    if (going === undefined || this.#state === undefined) return;
    const { page } = this.#state;
    going.abort();
    this.#set({ ...this.#state, state: "stopped" });
    for (const action of this.#state.blocks) if (action !== this.#asked) this.#interrupt(page, action);
  }

  /** Ends it and leaves what it runs to itself. */
  close(): void {
    this.#going?.abort();
  }

  /** Says no more of one that is over. */
  dismiss(): void {
    if (this.#going === undefined) this.#set(undefined);
  }

  async #run(shown: ReplayedPage, blocks: readonly ActionView[], signal: AbortSignal): Promise<void> {
    const goingOn = new Set<GoingCommand>();
    for (const [at, action] of blocks.entries()) {
      const answers = answersTo(blocks, at);
      const isLast = at === blocks.length - 1;
      const runsOn = answers.length > 0 || (isLast && endsLater(shown.page.actions, action));
      const isRight = await this.#take(shown, action, { runsOn, signal });
      if (signal.aborted) return;
      if (!isRight) return this.#fail(action);
      if (answers.length > 0)
        goingOn.add({ action, answers: new Set(answers.flatMap((place) => blocks[place]?.step ?? [])) });
      const ended = await this.#endedBy(action, goingOn, { page: shown.page.name, signal });
      if (signal.aborted) return;
      if (ended !== undefined) return this.#fail(ended);
      this.#advance(at + 1);
    }
    if (this.#state) this.#set({ ...this.#state, state: "done" });
  }

  /** Whether the block came to what is expected of it, or at least has begun where it runs on. */
  async #take(
    { page: { name: page }, perform }: ReplayedPage,
    action: ActionView,
    { runsOn, signal }: { runsOn: boolean; signal: AbortSignal },
  ): Promise<boolean> {
    const inputs = action.inputs && givenValues(action.inputs);
    if (action.inputs && inputs && inputProblem(action.inputs, inputs) !== undefined) return false;
    this.#asked = action;
    await perform(page, action, inputs && { inputs });
    this.#asked = undefined;
    if (signal.aborted && this.#state?.state === "stopped") this.#interrupt(page, action);
    const isOver = (): boolean => this.#isOver(page, action);
    const isRunning = (): boolean => this.#resultOf(page, action.step)?.state === "running";
    if (!runsOn) await this.#until(isOver, { signal });
    else {
      await this.#until(() => isOver() || isRunning(), { signal });
      await this.#until(isOver, { signal, timeoutMs: LOOKED_AT_MS });
    }
    return (runsOn && isRunning()) || this.#leadsOn(page, action);
  }

  /** Takes the block back, or ends what it does in its terminals. */
  #interrupt(page: string, { step, terminals }: ActionView): void {
    const state = this.#resultOf(page, step)?.state;
    if (state === "queued") void this.#store.cancel(page, step);
    if (state === "running" && terminals.length > 0) void this.#store.interrupt(page, step);
  }

  /** What should have been ended well by this block, and was not. */
  async #endedBy(
    { step }: ActionView,
    goingOn: Set<GoingCommand>,
    { page, signal }: { page: string; signal: AbortSignal },
  ): Promise<ActionView | undefined> {
    for (const going of goingOn) {
      const { action, answers } = going;
      if (!answers.delete(step)) continue;
      const isOver = (): boolean => this.#isOver(page, action);
      if (answers.size > 0) {
        await this.#until(isOver, { signal, timeoutMs: LOOKED_AT_MS });
        continue;
      }
      await this.#until(isOver, { signal });
      goingOn.delete(going);
      if (!this.#leadsOn(page, action)) return action;
    }
    return undefined;
  }

  #isOver(page: string, { step }: ActionView): boolean {
    const { refusals, changedPage, session } = this.#store.snapshot();
    if (refusals.has(resultKey(page, step)) || changedPage === page) return true;
    const isActive = session?.phase === "Active" || session?.phase === "Ready";
    return !isActive || !isBusy(this.#resultOf(page, step)?.state);
  }

  #leadsOn(page: string, { step }: ActionView): boolean {
    const { refusals, changedPage } = this.#store.snapshot();
    if (refusals.has(resultKey(page, step)) || changedPage === page) return false;
    return LEADS_ON.has(this.#resultOf(page, step)?.state);
  }

  /** Resolves when it is so, the signal fires, or the time is over. */
  #until(
    isSo: () => boolean,
    { signal, timeoutMs }: { signal: AbortSignal; timeoutMs?: number },
  ): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        unsubscribe();
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const look = (): void => {
        if (signal.aborted || isSo()) end();
      };
      const unsubscribe = this.#store.subscribe(look);
      const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
      signal.addEventListener("abort", end);
      look();
    });
  }

  #advance(done: number): void {
    if (this.#state) this.#set({ ...this.#state, done });
  }

  #fail(failed: ActionView): void {
    if (this.#state) this.#set({ ...this.#state, state: "failed", failed });
  }

  #resultOf(page: string, step: string): StepResult | undefined {
    return this.#store.snapshot().results.get(resultKey(page, step));
  }

  #set(state: ReplayState | undefined): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether blocks after the replayed ones end the command: then it would not end by itself. */
function endsLater(actions: readonly ActionView[], { step }: ActionView): boolean {
  return (
    answersTo(
      actions,
      actions.findIndex((action) => action.step === step),
    ).length > 0
  );
}
