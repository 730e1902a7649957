import { runsUnclicked } from "../../common/block-flow.js";
import type { ActionView, StepState } from "../../common/api.js";
import { isOpening } from "./blocks/action-names.js";
import { pairSections } from "../../common/section-pairs.js";
import type { SessionStore } from "../store/session-store.js";
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

/** Runs what the author of a page wants run without a click: what starts by itself, and what follows from what was done. */
export class PageFlow {
  readonly #store: SessionStore;
  #parts: FlowParts | undefined;
  readonly #started = new Set<string>();
  readonly #folded = new Set<string>();
  /** Steps under way in this tab of the browser whose success leads on. */
  readonly #awaited = new Map<string, ActionView>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #starting: Promise<void> = Promise.resolve();
  #isOver = true;

  constructor(store: SessionStore) {
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
    };
  }

  /** What the page is now: its author may have changed it, or a section was unfolded. Starts what is there to be started. */
  show(parts: FlowParts): void {
    this.#parts = parts;
    for (const action of parts.actions) if (this.#isDue(action, parts)) this.#start(action);
  }

  /** A block was begun, by whomever. */
  begun(action: ActionView): void {
    if (action.flow?.pauseMs === undefined) return;
    if (!isOpening(action) && !isSection(action)) this.#awaited.set(action.step, action);
    else this.#goOn(action, action.flow.pauseMs);
  }

  #isDue(action: ActionView, { page, isFolded }: FlowParts): boolean {
    if (!action.flow?.starts || this.#started.has(action.step) || isFolded(action)) return false;
    const result = this.#store.snapshot().results.get(resultKey(page, action.step));
    // What was done once, in this tab or another one, is not done again.
    return result === undefined || result.state === "idle";
  }

  /** One after the other, so that terminals get them in the order of the page. */
  #start(action: ActionView): void {
    this.#started.add(action.step);
    this.#starting = this.#starting.then(() => (this.#isOver ? undefined : this.#perform(action, true)));
  }

  async #perform(action: ActionView, isStart: boolean): Promise<void> {
    if (isSection(action)) {
      this.#fold(action, isStart);
      return this.begun(action);
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
    const { results, refusals } = this.#store.snapshot();
    for (const [step, action] of this.#awaited) {
      const key = resultKey(this.#parts?.page ?? "", step);
      const result = results.get(key);
      if (isBusy(result?.state)) continue;
      this.#awaited.delete(step);
      const leadsOn = result !== undefined && LEADS_ON.has(result.state) && !refusals.has(key);
      if (leadsOn) this.#goOn(action, action.flow?.pauseMs ?? 0);
    }
  }

  #goOn(action: ActionView, pauseMs: number): void {
    const next = this.#parts?.next.get(action.step);
    if (next === undefined || !runsUnclicked(next) || this.#isOver) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void this.#perform(next, false);
    }, pauseMs);
    this.#timers.add(timer);
  }
}

/** Of commands that are typed into a program nobody knows more. */
const LEADS_ON: ReadonlySet<StepState> = new Set(["succeeded", "expected-failure", "typed"]);

function isSection({ kind }: ActionView): boolean {
  return kind === "section-begin" || kind === "section-end";
}

/** The block that follows each one within what holds both, as a cascade goes on to it; folding sections changes nothing about it. */
export function followers(root: Element, actions: readonly ActionView[]): Map<string, ActionView> {
  const byStep = new Map(actions.map((action) => [action.step, action]));
  const lastIn = new Map<Element | null, string>();
  const next = new Map<string, ActionView>();
  for (const element of root.querySelectorAll<HTMLElement>("[data-step]")) {
    const action = byStep.get(element.dataset["step"] ?? "");
    if (!action || action.inline) continue;
    const container = containerOf(element);
    const before = lastIn.get(container);
    if (before !== undefined) next.set(before, action);
    lastIn.set(container, action.step);
  }
  return next;
}

function containerOf(element: Element): Element | null {
  let container = element.parentElement;
  while (container?.classList.contains("section-body")) container = container.parentElement;
  return container;
}
