import type { StepResult } from "../../workshop/common/api.js";
import type { StepKey } from "../../workshop/node/activity-store.js";
import type { SessionStep } from "../../workshop/node/session-step.js";
import type { ActivityTracker } from "../store/activity-tracker.js";

/** Names the step among those of all sessions. */
export function keyOf({ session, page, action }: SessionStep): string {
  return `${session.metadata.name}/${page}/${action.view.step}`;
}

/** Under which the records have the step. */
export function stepKey({ session, page, action }: SessionStep): StepKey {
  return { session: session.metadata.name, page, step: action.view.step };
}

/** The session, the page and the step. */
export function addressOf({
  session,
  page,
  action,
}: SessionStep): [session: string, page: string, step: string] {
  return [session.metadata.name, page, action.view.step];
}

/** What a person does or answers is done once. */
export function isDoneByPerson({ action: { view } }: SessionStep): boolean {
  return view.kind === "manual" || view.kind === "quiz";
}

/** Whether the result says how the step ended. */
export function hasVerdict(result: StepResult | undefined): boolean {
  return result !== undefined && result.state !== "queued" && result.state !== "running";
}

/** What is known of how the step went. */
export async function resultOf(
  activity: ActivityTracker,
  step: SessionStep,
): Promise<StepResult | undefined> {
  const [session, page, id] = addressOf(step);
  return (await activity.results(session)).find((result) => result.page === page && result.step === id);
}

/** The result of a step that was seen done, also where nothing else is known of it. */
export async function doneResult(activity: ActivityTracker, step: SessionStep): Promise<StepResult> {
  const { page, action } = step;
  return (
    (await resultOf(activity, step)) ?? {
      page,
      step: action.view.step,
      number: step.action.view.number,
      state: "succeeded",
      checks: [],
    }
  );
}
