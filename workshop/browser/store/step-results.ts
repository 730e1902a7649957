import type { PageSummary, StepResult, StepState } from "../../common/api.js";
import type { ActionView } from "../../common/page-view.js";
import { isWork, progressOf } from "../../common/progress.js";

export type Results = ReadonlyMap<string, StepResult>;

/** Results by page and step. */
export function indexResults(results: readonly StepResult[]): Results {
  return new Map(results.map((result) => [resultKey(result.page, result.step), result]));
}

export function resultKey(page: string, step: string): string {
  return `${page}\n${step}`;
}

/** The same results with one replaced. */
export function withResult(results: Results, result: StepResult): Results {
  return new Map(results).set(resultKey(result.page, result.step), result);
}

export function withoutResult(results: Results, page: string, step: string): Results {
  const rest = new Map(results);
  rest.delete(resultKey(page, step));
  return rest;
}

/** The same refusals, by `resultKey`, without that of a block that is clicked anew. */
export function withoutRefusal(
  refusals: ReadonlyMap<string, string>,
  key: string,
): ReadonlyMap<string, string> {
  const rest = new Map(refusals);
  rest.delete(key);
  return rest;
}

/** A click that the server has not answered yet. */
export interface UnansweredClick {
  /** What the block shows meanwhile. */
  guess: StepResult;
  /** What was known of it before. */
  before: StepResult | undefined;
}

/** What the server tells of a session, with the clicks it had not heard of when it told that. */
export function withUnanswered(told: Results, clicks: Iterable<UnansweredClick>): Results {
  let results = told;
  for (const { guess, before } of clicks)
    if (isSameResult(told.get(resultKey(guess.page, guess.step)), before))
      results = withResult(results, guess);
  return results;
}

/** Whether both tell the same of a block. */
export function isSameResult(one: StepResult | undefined, other: StepResult | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export function isDone(state: StepState | undefined): boolean {
  return state === "succeeded" || state === "expected-failure";
}

/** Whether the step counts as done: a later run that comes to nothing takes no progress away. */
export function wasDone(result: StepResult | undefined): boolean {
  return result?.done === true || isDone(result?.state);
}

export function isBusy(state: StepState | undefined): boolean {
  return state === "queued" || state === "running";
}

/** The blocks of a page that are still to be done, in reading order. */
export function undoneActions(page: string, actions: readonly ActionView[], results: Results): ActionView[] {
  return actions.filter((action) => isWork(action) && !wasDone(results.get(resultKey(page, action.step))));
}

/** The blocks that are to be done before the next page is read, and are not. */
export function requiredActions(
  page: string,
  actions: readonly ActionView[],
  results: Results,
): ActionView[] {
  return undoneActions(page, actions, results).filter(({ flow }) => flow?.isRequired);
}

/** The block `Alt+Enter` is about: the first that is neither done nor under way, by hand or not. */
export function nextBlock(
  page: string,
  actions: readonly ActionView[],
  results: Results,
): ActionView | undefined {
  return undoneActions(page, actions, results).find(
    (action) => !isBusy(results.get(resultKey(page, action.step))?.state),
  );
}

/** How far the whole lab is, in steps of the pages it has. */
export function summaryOf(
  pages: readonly PageSummary[],
  results: Results,
): { done: number; failed: number; steps: number } {
  const of = (page: string, step: string): StepResult | undefined => results.get(resultKey(page, step));
  const failed = pages.flatMap(({ name, steps }) => steps.filter((step) => hasFailed(of(name, step))));
  return { ...progressOf(pages, (page, step) => wasDone(of(page, step))), failed: failed.length };
}

function hasFailed(result: StepResult | undefined): boolean {
  return result?.state === "failed" && !wasDone(result);
}

/** How far a page is; a page without steps is done once a later one is being read. */
export function pageProgress(
  page: PageSummary,
  results: Results,
  isBehind: boolean,
): "none" | "some" | "done" {
  const { done, steps } = progressOf([page], (name, step) => wasDone(results.get(resultKey(name, step))));
  if (steps === 0) return isBehind ? "done" : "none";
  if (done === steps) return "done";
  return done > 0 ? "some" : "none";
}
