import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";
import type { Patch, SessionSpec, SpecChange } from "./session.js";

/** How far a session is brought to the start of one of its pages; the next one takes its place. */
export interface Restoration {
  id: string;
  /** Whose start it is. */
  page: string;
  /** `asks`: a step before it failed, and its learner says whether to go on. */
  state: "running" | "asks" | "done" | "stopped" | "failed";
  /** What is done now, or was done last, in words. */
  doing: string;
  /** Blocks of the pages before that have been taken, of how many. */
  done: number;
  of: number;
  /** Blocks that only a person can do, and which were left out. */
  leftOut: number;
  /** Why it asks, failed or was stopped, in sentences. */
  message?: string;
  /** ISO 8601; whoever does it says so again before, so that one whose server has died is known by it. */
  aliveUntil: string;
  /** What its learner wants of one that is under way. */
  answer?: RestorationAnswer;
}

export type RestorationAnswer = "go-on" | "stop";

/** Characters of a command in `doing` and of `message`: the object is read whenever the session is looked at. */
const MAX_DOING = 200;
const MAX_MESSAGE = 1_000;
/** Whoever does it writes at least every `RESTORATION_SIGN_MS`; a server that is started again takes less than the rest. */
export const RESTORATION_ALIVE_MS = 60_000;
export const RESTORATION_SIGN_MS = 15_000;

/** Whether it goes on, as far as anybody knows; `now` in epoch milliseconds. */
export function isRestoring(restoration: Restoration | undefined, now: number): boolean {
  if (restoration === undefined) return false;
  const isUnderWay = restoration.state === "running" || restoration.state === "asks";
  return isUnderWay && Date.parse(restoration.aliveUntil) > now;
}

/** Refuses what would come between. Throws SESSION_RESTORATION_BUSY. */
export function requireNotRestoring({ restoration }: Pick<SessionSpec, "restoration">, now: number): void {
  if (!isRestoring(restoration, now)) return;
  throw new WorkshopError(
    WORKSHOP_ERRORS.sessionRestorationBusy,
    "The session is being brought to the start of a page. Wait until that is done, or press Cancel there; nothing was run",
  );
}

/** Begins one. Throws SESSION_RESTORATION_BUSY while another one goes on. */
export function beginRestoration(begun: Pick<Restoration, "id" | "page">, now: number): SpecChange {
  return (spec) => {
    requireNotRestoring(spec, now);
    const fresh = { state: "running", doing: "", done: 0, of: 0, leftOut: 0 } as const;
    // A merge leaves what it does not name.
    return { restoration: { ...begun, ...fresh, message: null, answer: null, aliveUntil: aliveFrom(now) } };
  };
}

/** How far it is by now; nothing where another one has begun. Takes the answer of the learner back that was heard, and no other that came since. */
export function noteRestoration(
  id: string,
  change: Partial<Pick<Restoration, "state" | "doing" | "done" | "of" | "leftOut" | "message">>,
  { now, heard }: { now: number; heard?: RestorationAnswer },
): SpecChange {
  return ({ restoration }) => {
    if (restoration?.id !== id) return undefined;
    const { doing, message, ...others } = change;
    const noted: Patch<Restoration> = {
      ...others,
      ...(doing !== undefined && { doing: within(doing, MAX_DOING) }),
      // What was said of one state is not said of the next.
      ...(change.state !== undefined && { message: null }),
      ...(message !== undefined && { message: within(message, MAX_MESSAGE) }),
      aliveUntil: aliveFrom(now),
      ...(heard !== undefined && heard === restoration.answer && { answer: null }),
    };
    return { restoration: noted };
  };
}

/** What its learner wants of it. Throws SESSION_RESTORATION_ENDED where it is over, or asks nothing. */
export function answerRestoration(id: string, answer: RestorationAnswer, now: number): SpecChange {
  return ({ restoration }) => {
    const isHeard = answer === "stop" || restoration?.state === "asks";
    if (restoration?.id === id && isRestoring(restoration, now) && isHeard)
      return restoration.answer === "stop" ? undefined : { restoration: { answer } };
    throw new WorkshopError(
      WORKSHOP_ERRORS.sessionRestorationEnded,
      "That is over by now, or asks nothing any more. Look at what the page says of it",
    );
  };
}

/** Puts away what is said of one that is over. */
export function dismissRestoration(id: string, now: number): SpecChange {
  return ({ restoration }) =>
    restoration?.id === id && !isRestoring(restoration, now) ? { restoration: null } : undefined;
}

function aliveFrom(now: number): string {
  return new Date(now + RESTORATION_ALIVE_MS).toISOString();
}

function within(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
