import type { PolicyAdministration } from "../../policy/common/administration.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { findPage } from "../common/render-page.js";
import { doStandIn } from "./replay-pages.js";
import { variablesOf } from "./session-environment.js";
import type { SessionStep, StepSurroundings } from "./session-step.js";

/**
 * Does for its learner what a person does for a step, or before it, as the lab's checks do it where nobody is there. It counts as a hint,
 * and is counted before anything of it is done: a server that dies between has then counted one too many, and not one too few.
 * Throws SESSION_STEP_NOT_RUNNABLE where the lab does not say how, and what the policies throw.
 */
export async function doForLearner(
  {
    policies,
    client,
    settings,
    noteHint,
  }: StepSurroundings & { policies: PolicyAdministration; noteHint: () => Promise<void> },
  { session, lab, page, action }: SessionStep,
): Promise<void> {
  const { number } = action.view;
  const due = findPage(lab, page).checks.standIns.filter(({ before }) => before === number);
  if (due.length === 0)
    throw new WorkshopError(
      WORKSHOP_ERRORS.sessionStepNotRunnable,
      `Step ${String(number)} of ${page} cannot be done for anybody: the checks of the lab say nothing of how a person would do it. Ask for help`,
    );
  await noteHint();
  const variables = variablesOf(lab, session, client, settings);
  for (const one of due) await doStandIn({ parts: { policies }, session, variables }, one);
}
