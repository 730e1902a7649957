import type { PageAction } from "../common/action.js";
import type { LabPage } from "../common/lab.js";
import { givenValues, inputProblem } from "../common/test-inputs.js";
import type { StepPlayer } from "./step-player.js";
import type { ValidatedStep } from "./validation-report.js";

/** A block of a page before it has been taken. */
export function stepOf(page: LabPage, { line, view }: PageAction): ValidatedStep {
  const isCommand = view.kind === "execute" || view.kind === "execute-all";
  return {
    ...placeOf(page, line, view.number),
    text: view.text ?? view.title,
    ...(isCommand && { isCommand }),
  };
}

/** A step at a place of a page of which nothing is known. */
export function placeOf(page: LabPage, line: number, step: number): ValidatedStep {
  return {
    page: page.name,
    pageTitle: page.title,
    file: page.file,
    line,
    step,
    text: "",
    state: "skipped",
    durationMs: 0,
  };
}

/** Why a block is left out that nobody but a person can do. */
export const DONE_BY_PERSON = "done by a person";

/** What is told of a block without taking it. */
export function verdictBefore(
  action: PageAction,
  environment: string,
  player: Pick<StepPlayer, "reasonToSkip">,
): { state: "failed" | "skipped"; message: string } | undefined {
  const { view, test } = action;
  if (view.kind === "problem")
    return { state: "failed", message: view.problem ?? "the block cannot be read" };
  const skipped = skipReason(action, environment) ?? player.reasonToSkip(action);
  if (skipped) return { state: "skipped", message: skipped };
  const why = test?.inputs && inputProblem(test.inputs, givenValues(test.inputs));
  if (why === undefined) return undefined;
  return { state: "failed", message: `${why}: give it a \`default\`, or leave the block out by skip=ci` };
}

function skipReason({ view, expectation }: PageAction, environment: string): string | undefined {
  if (expectation.skip.includes(environment)) return `left out in ${environment}`;
  const isLookedAt = expectation.until.length > 0 || expectation.script !== undefined;
  const isManual = view.kind === "manual" ? !isLookedAt || expectation.manual : expectation.manual;
  return isManual ? DONE_BY_PERSON : undefined;
}
