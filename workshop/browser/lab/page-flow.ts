import { runsUnclicked } from "../../common/block-flow.js";
import type { StepResult, StepState } from "../../common/api.js";
import type { ActionView } from "../../common/page-view.js";
import { isOpening } from "./blocks/action-names.js";
import { pairSections } from "../../common/section-pairs.js";
import type { SessionStore } from "../store/session-store.js";
import { noteStarted, wasStarted } from "../store/started-blocks.js";
import { isBusy, resultKey } from "../store/step-results.js";

/** What the flow asks of the page around it. */
export interface FlowParts {
  page: string;
  actions: readonly ActionView[];
  /** The block that a cascade of the step goes on to. */
  next: ReadonlyMap<string, ActionView>;
  /** Whether the block stands in a section that is folded. */
  isFolded: (action: ActionView) => boolean;
  /** Runs a block or opens what it opens; settles once the server knows of it. */
  perform: (action: ActionView) => Promise<void>;
  /** Folds or unfolds a section; the other way round where nothing is said. */
  fold: (section: ActionView, isOpen?: boolean) => void;
}

/** Another tab of the browser in which the cascade began goes on before this one takes it up. */
const TAKEN_UP_MS = 1_000;

/** Runs what the author of a page wants run without a click: what starts by itself, and what follows from what was done. */
export class PageFlow {
  readonly #store: Pick<SessionStore, "id" | "snapshot" | "subscribe">;
  #parts: FlowParts | undefined;
  readonly #started = new Set<string>();
  readonly #folded = new Set<string>();
  /** Steps under way whose success leads on: to the block that follows, or to what a cascade had not come to when the page was shown. */
  readonly #awaited = new Map<string, { action: ActionView; isTakenUp: boolean }>();
  /** Blocks a cascade of which, begun before the page was shown, has been looked for. */
  readonly #lookedAt = new Set<string>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #starting: Promise<void> = Promise.resolve();
  #isOver = true;

  constructor(store: Pick<SessionStore, "id" | "snapshot" | "subscribe">) {
    this.#store = store;
  }

  /** Begins to look at what becomes of blocks; by the function returned it ends, and nothing runs any more that has not begun. */
  open(): () => void {
    this.#isOver = false;
    const unsubscribe = this.#store.subscribe(() => this.#look());
    return () => {
      this.#isOver = true;
      unsubscribe();
      for (const timer of this.#timers) clearTimeout(timer);
      for (const kept of [this.#timers, this.#awaited, this.#lookedAt]) kept.clear();
    };
  }

  /** What the page is now: its author may have changed it, or a section was unfolded. Starts what is there to be started, and goes on where a cascade was cut off. */
  show(parts: FlowParts): void {
    this.#parts = parts;
    for (const action of parts.actions) {
      if (this.#isDue(action, parts)) this.#start(action);
      this.#takeUp(action);
    }
  }

  /** A block was begun, by whomever. */
  begun(action: ActionView): void {
    if (action.flow?.pauseMs === undefined) return;
    if (!isSilent(action)) this.#awaited.set(action.step, { action, isTakenUp: false });
    else this.#goOn(action, action.flow.pauseMs);
  }

  #isDue(action: ActionView, { isFolded }: FlowParts): boolean {
    if (!action.flow?.starts || this.#started.has(action.step) || isFolded(action)) return false;
    // What was done once, in this tab or another one, is not done again; what was opened is still there. Sections fold anew.
    return this.#isIdle(action) && (isSection(action) || !this.#wasStarted(action));
  }

  /** A reload or the way to another page may have cut a cascade off: what it had not come to would never run, and may not even be seen. */
  #takeUp(action: ActionView): void {
    const { step, flow } = action;
    if (flow?.pauseMs === undefined || this.#lookedAt.has(step)) return;
    this.#lookedAt.add(step);
    const result = this.#resultOf(step);
    if (isBusy(result?.state)) this.#awaited.set(step, { action, isTakenUp: true });
    else if (isSilent(action) ? this.#wasStarted(action) : leadsOn(result)) this.#goOnTo(action, 0);
  }

  /** One after the other, so that terminals get them in the order of the page. */
  #start(action: ActionView): void {
    this.#started.add(action.step);
    this.#starting = this.#starting.then(() => (this.#isOver ? undefined : this.#perform(action, true)));
  }

  async #perform(action: ActionView, isStart: boolean): Promise<void> {
    const isFirst = !isStart || !this.#wasStarted(action);
    if (isStart && isSilent(action)) noteStarted(this.#store.id, this.#keyOf(action.step));
    if (isSection(action)) {
      this.#fold(action, isStart);
      if (isFirst) this.begun(action);
      return;
    }
    await this.#parts?.perform(action);
  }

  #fold(action: ActionView, isStart: boolean): void {
    if (action.flow?.isOnce && this.#folded.has(action.step)) return;
    this.#folded.add(action.step);
    if (action.kind === "section-begin") return this.#parts?.fold(action, isStart || undefined);
    const pair = pairSections(this.#parts?.actions ?? []).pairs.find(({ end }) => end.step === action.step);
    if (pair && !action.flow?.staysOpen) this.#parts?.fold(pair.begin, false);
  }

  #look(): void {
    const { refusals } = this.#store.snapshot();
    for (const [step, { action, isTakenUp }] of this.#awaited) {
      const result = this.#resultOf(step);
      const isRefused = refusals.has(this.#keyOf(step));
      // What the server had to tell before it heard of the block says nothing of it.
      if (isBusy(result?.state) || (result === undefined && !isRefused)) continue;
      this.#awaited.delete(step);
      if (!leadsOn(result) || isRefused) continue;
      const pauseMs = action.flow?.pauseMs ?? 0;
      if (isTakenUp) this.#goOnTo(action, pauseMs + TAKEN_UP_MS);
      else this.#goOn(action, pauseMs);
    }
  }

  #goOn(action: ActionView, pauseMs: number): void {
    const next = this.#parts?.next.get(action.step);
    if (next !== undefined && runsUnclicked(next)) this.#later(pauseMs, () => this.#perform(next, false));
  }

  /** To the first block after it that leaves a result, if it has none yet: whether one without was done is not known. */
  #goOnTo(action: ActionView, pauseMs: number): void {
    const after = this.#parts?.next ?? new Map<string, ActionView>();
    let next = after.get(action.step);
    while (next && isSilent(next)) next = next.flow?.pauseMs === undefined ? undefined : after.get(next.step);
    const wanted = next;
    if (wanted === undefined || !runsUnclicked(wanted)) return;
    if (pauseMs === 0) this.#startOnce(wanted);
    else this.#later(pauseMs, () => this.#startOnce(wanted));
  }

  #startOnce(action: ActionView): void {
    if (this.#isIdle(action) && !this.#started.has(action.step)) this.#start(action);
  }

  #later(pauseMs: number, act: () => unknown): void {
    if (this.#isOver) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void act();
    }, pauseMs);
    this.#timers.add(timer);
  }

  #isIdle({ step }: ActionView): boolean {
    return (this.#resultOf(step)?.state ?? "idle") === "idle";
  }

  #wasStarted({ step }: ActionView): boolean {
    return wasStarted(this.#store.id, this.#keyOf(step));
  }

  #resultOf(step: string): StepResult | undefined {
    return this.#store.snapshot().results.get(this.#keyOf(step));
  }

  #keyOf(step: string): string {
    return resultKey(this.#parts?.page ?? "", step);
  }
}

/** Of commands that are typed into a program nobody knows more. */
const LEADS_ON: ReadonlySet<StepState> = new Set(["succeeded", "expected-failure", "typed"]);

function leadsOn(result: StepResult | undefined): boolean {
  return result !== undefined && LEADS_ON.has(result.state);
}

function isSection({ kind }: ActionView): boolean {
  return kind === "section-begin" || kind === "section-end";
}

/** Whether the block is done in this tab of the browser alone, and leaves no result. */
function isSilent(action: ActionView): boolean {
  return isOpening(action) || isSection(action);
}
