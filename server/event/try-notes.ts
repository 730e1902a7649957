import type { Logger } from "pino";
import type { StepResult } from "../../workshop/common/api.js";
import { EVENT_LABEL } from "../../workshop/common/event.js";
import { isSuccess } from "../../workshop/common/step-state.js";
import type { HintsTaken, PeopleStore, StepTry } from "../../workshop/node/people-store.js";
import type { SessionCache } from "../workshop/session-cache.js";

export interface TryNoteParts {
  people: Pick<PeopleStore, "noteTry" | "noteHints">;
  cache: Pick<SessionCache, "get">;
  log: Pick<Logger, "warn">;
}

/** Counts the verdicts of steps in sessions of events, which outlive the sessions; a step waits for none of it. */
export function createTryNotes({
  people,
  cache,
  log,
}: TryNoteParts): (session: string, result: StepResult) => void {
  return (session, result) => {
    const verdict = verdictOf(result);
    if (verdict === undefined || cache.get(session)?.metadata.labels?.[EVENT_LABEL] === undefined) return;
    const { page, step, number } = result;
    people
      .noteTry({ session, page, step, number, verdict, at: Date.now() })
      .catch((error: unknown) => log.warn({ err: error, session, page }, "a try is missing in the results"));
  };
}

/** Counts the hints that are taken there; resolves also where that fails, which is logged. */
export function createHintNotes({
  people,
  cache,
  log,
}: TryNoteParts): (taken: Omit<HintsTaken, "at">) => Promise<void> {
  return async (taken) => {
    const { session, page } = taken;
    if (cache.get(session)?.metadata.labels?.[EVENT_LABEL] === undefined) return;
    await people
      .noteHints({ ...taken, at: Date.now() })
      .catch((error: unknown) => log.warn({ err: error, session, page }, "a hint is missing in the results"));
  };
}

/** Nothing while it runs. */
function verdictOf(result: StepResult): StepTry["verdict"] | undefined {
  const { state } = result;
  if (state === "idle" || state === "queued" || state === "running") return undefined;
  if (state === "failed") return "failed";
  return isSuccess({ state }) ? "done" : "unknown";
}
