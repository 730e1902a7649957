import { doForLearner } from "../../workshop/node/do-for-learner.js";
import { findStep } from "../../workshop/node/session-step.js";
import type { WorkshopParts } from "./create-workshop.js";
import { type Found, findSession, requireActive, settled } from "./found-session.js";
import { viewOf } from "./session-views.js";
import type { StepAddress, Workshop } from "./workshop.js";

type StepChanges = Pick<Workshop, "cancelStep" | "doStep" | "interruptStep" | "restorePage" | "runStep">;

/** What is done with the steps of a session that goes on; `touched` is told whose learner did something. */
export function stepChanges(parts: WorkshopParts, touched: (id: string) => void): StepChanges {
  const activeStep = (address: StepAddress) => ({
    ...address,
    ...requireActive(findSession(parts, address.session)),
  });
  return {
    restorePage: async (id, page) => {
      await parts.disk.requireRoom();
      await parts.restorations.begin(requireActive(findSession(parts, id)), page);
      return viewOf(parts, findSession(parts, id).session);
    },
    runStep: async (address, entry) => {
      await parts.disk.requireRoom();
      return parts.steps.run(await findStep(settled(activeStep(address)), parts), entry);
    },
    doStep: async (address) => {
      await parts.disk.requireRoom();
      const step = await findStep(settled(activeStep(address)), parts);
      const { number } = step.action.view;
      const noteHint = () => parts.noteHints({ ...address, number, hints: 1 });
      await doForLearner({ ...parts, policies: parts.policies.service, noteHint }, step);
      if (step.action.view.kind === "manual") await parts.steps.run(step);
    },
    cancelStep: async (address) => parts.steps.cancel(await findStep(activeStep(address), parts)),
    interruptStep: async (address) => touched(await interrupt(parts, activeStep(address))),
  };
}

/** Resolves to the session's name. */
async function interrupt(parts: WorkshopParts, step: Omit<StepAddress, "session"> & Found): Promise<string> {
  await parts.steps.interrupt(await findStep(step, parts));
  return step.session.metadata.name;
}
