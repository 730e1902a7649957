import type { StepResult } from "./api.js";
import type { ActionView } from "./page-view.js";

/** Whether a result is what was expected of its step. */
export function isSuccess({ state, done }: Pick<StepResult, "state" | "done">): boolean {
  return done === true || state === "succeeded" || state === "expected-failure";
}

/** Whether a command that was typed has done all that its block asks for; typing into what runs is a part of another step. */
export function isDoneWhenTyped({ kind }: Pick<ActionView, "kind">): boolean {
  return kind === "execute" || kind === "execute-all";
}
