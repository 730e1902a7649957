import { useEffect, useState } from "react";
import type { HintView, PageView } from "../../../common/page-view.js";
import { hintsTaken, noteSince, noteTaken, stepSince } from "../../store/hints-taken.js";
import { resultKey, undoneActions, wasDone } from "../../store/step-results.js";
import { useNow } from "../../store/use-now.js";
import { useSession } from "../../store/use-session.js";
import { useLab } from "../lab-context.js";

/** How the hints of one step stand. */
export interface StepHints {
  /** So many have been taken. */
  taken: number;
  /** Whether the next one is offered. */
  isOffered: boolean;
  /** Takes in that the hint of that place, from 0, has been seen. */
  take: (at: number) => void;
}

/** Hints are measured in minutes: nobody sees whether one comes five seconds later. */
const LOOK_MS = 5_000;
const MINUTE_MS = 60_000;

/** Which hints of the step its learner has taken, and whether another one is offered: after its failures or minutes, until the step is done. */
export function useStepHints(page: PageView, step: string, hints: readonly HintView[]): StepHints {
  const { store, session, isReadOnly } = useLab();
  const key = resultKey(page.name, step);
  const result = useSession(store, (state) => state.results.get(key));
  const isNext = useSession(
    store,
    (state) => undoneActions(page.name, page.actions, state.results)[0]?.step === step,
  );
  const [taken, setTaken] = useState(() => hintsTaken(session.id, key));
  // The step is the next one to be done, or was tried before that.
  const isThere = !isReadOnly && (isNext || result !== undefined);
  useEffect(() => {
    if (isThere) noteSince(session.id, key, Date.now());
  }, [session.id, key, isThere]);
  const next = hints[taken];
  const waitsForTime = next?.minutes !== undefined && !isReadOnly && !wasDone(result);
  const now = useNow(LOOK_MS, waitsForTime);
  const spentMs = now - (stepSince(session.id, key) ?? now);
  const isDue = next !== undefined && isTimeFor(next, { failures: result?.failures ?? 0, spentMs });
  return {
    taken,
    isOffered: isDue && !isReadOnly && !wasDone(result),
    take: (at) => {
      noteTaken(session.id, key, at + 1);
      setTaken((before) => Math.max(before, at + 1));
    },
  };
}

function isTimeFor(
  { after, minutes }: HintView,
  { failures, spentMs }: { failures: number; spentMs: number },
): boolean {
  if (after === undefined && minutes === undefined) return true;
  return (
    (after !== undefined && failures >= after) || (minutes !== undefined && spentMs >= minutes * MINUTE_MS)
  );
}
