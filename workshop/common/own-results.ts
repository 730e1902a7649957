import type { Feedback } from "./feedback.js";
import { type EventResults, type PersonStep, resultsCsv } from "./event-results.js";

/** What somebody came to in an event, as they themselves are told. */
export interface OwnResults {
  event: string;
  /** Of the lab. */
  title: string;
  /** When the event was; ISO 8601. */
  from: string;
  until: string;
  name: string;
  joinedAt?: string;
  /** What they say of it; absent where they said nothing. */
  feedback?: Feedback;
  /** Whether they are asked how it was. */
  asksFeedback: boolean;
  done: number;
  /** Whether all steps of the lab are known just now; else those are there that were tried. */
  isWhole: boolean;
  /** In reading order. */
  steps: OwnStep[];
}

export interface OwnStep extends PersonStep {
  pageTitle: string;
  /** Its place on the page, from 1. */
  number: number;
}

/** The part of an event's results that is about one person; `undefined` where nobody there has that id. */
export function ownResults(
  results: EventResults,
  { person, isWhole, asksFeedback }: { person: string } & Pick<OwnResults, "isWhole" | "asksFeedback">,
): OwnResults | undefined {
  const own = results.people.find(({ id }) => id === person);
  if (own === undefined) return undefined;
  const { event, title, from, until } = results;
  const { name, joinedAt, feedback, done } = own;
  const steps = own.steps.map((step, at) => ({
    ...step,
    pageTitle: results.steps[at]?.pageTitle ?? step.page,
    number: results.steps[at]?.number ?? at + 1,
  }));
  return {
    event,
    title,
    from,
    until,
    name,
    ...(joinedAt === undefined ? {} : { joinedAt }),
    ...(feedback === undefined ? {} : { feedback }),
    asksFeedback,
    done,
    isWhole,
    steps,
  };
}

/** Whether every step of the lab was done, of which there must be one. */
export function isComplete({
  done,
  isWhole,
  steps,
}: Pick<OwnResults, "done" | "isWhole" | "steps">): boolean {
  return isWhole && steps.length > 0 && done === steps.length;
}

/** A row for each step, as in `resultsCsv`. */
export function ownResultsCsv({
  name,
  joinedAt,
  feedback,
  done,
  steps,
}: Omit<OwnResults, "isWhole" | "asksFeedback">): string {
  const person = { id: "", name, ...(joinedAt && { joinedAt }), ...(feedback && { feedback }), done, steps };
  return resultsCsv({ people: [person], steps });
}
