import type { PageAction } from "../common/action.js";
import type { CheckResult, StepResult } from "../common/api.js";
import type { LabPage, LabProblem } from "../common/lab.js";
import { givenValues } from "../common/test-inputs.js";
import { type StepRunOptions, runStep } from "./run-step.js";
import { type SessionStep, type StepSurroundings, isRunnable } from "./session-step.js";

export interface TakeOptions {
  /** What was known of the conditions of a person's work before that was done. */
  baseline?: readonly CheckResult[];
  /** Take a command back that has waited this long for its terminal. */
  queuedForMs: number;
}

/** How the blocks of a session's pages are taken: by the code that serves learners, or by clicks on a learner's page. */
export interface StepPlayer {
  /** Turns to the page, of which blocks are taken next. */
  turnTo(page: LabPage, actions: readonly PageAction[]): Promise<void>;
  /** Why such a block is left out; `undefined` where it is taken. */
  reasonToSkip(action: PageAction): string | undefined;
  /** Does what the block asks for, as long as it may take, and says how it went. Throws where the platform fails. */
  take(step: SessionStep, options: TakeOptions): Promise<StepResult>;
  /** Ends, with what went wrong on pages besides their blocks. Does not reject. */
  close(): Promise<LabProblem[]>;
}

/** What a browser does with a block, where more is to be said of it: learners go on with what they have copied. */
const BROWSERS: Readonly<Partial<Record<PageAction["view"]["kind"], string>>> = {
  copy: "is copied, and not run",
  "copy-and-edit": "is copied and changed, and not run",
};

/** Takes blocks by the code that serves learners, without a page. */
export function directPlayer(surroundings: StepSurroundings, signal: AbortSignal | undefined): StepPlayer {
  return {
    turnTo: () => Promise.resolve(),
    reasonToSkip: ({ view }) =>
      isRunnable(view) ? undefined : (BROWSERS[view.kind] ?? "happens in the browser"),
    take: (step, options) =>
      runStep(surroundings, step, {
        throwsPlatformFailures: true,
        interruptsOverdue: true,
        ...options,
        ...enteredFor(step.action),
        ...(signal && { signal }),
      }),
    close: () => Promise.resolve([]),
  };
}

/** What a person would enter: the right answer, and what a form holds at first. */
function enteredFor({ question, test }: PageAction): Pick<StepRunOptions, "answer" | "inputs"> {
  return {
    ...(test?.inputs && { inputs: givenValues(test.inputs) }),
    ...(question && { answer: { given: question.answers, failuresBefore: async () => 0 } }),
  };
}
