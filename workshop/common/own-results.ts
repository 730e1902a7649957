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
  done: number;
  /** In reading order. */
  steps: OwnStep[];
}

export interface OwnStep extends PersonStep {
  pageTitle: string;
  /** Its place on the page, from 1. */
  number: number;
}

/** The part of an event's results that is about one person; `undefined` where nobody there has that id. */
export function ownResults(results: EventResults, person: string): OwnResults | undefined {
  const own = results.people.find(({ id }) => id === person);
  if (own === undefined) return undefined;
  const { event, title, from, until } = results;
  const { name, joinedAt, done } = own;
  const steps = own.steps.map((step, at) => ({
    ...step,
    pageTitle: results.steps[at]?.pageTitle ?? step.page,
    number: results.steps[at]?.number ?? at + 1,
  }));
  return { event, title, from, until, name, ...(joinedAt === undefined ? {} : { joinedAt }), done, steps };
}

/** Whether every step was done, of which there must be one. */
export function isComplete({ done, steps }: Pick<OwnResults, "done" | "steps">): boolean {
  return steps.length > 0 && done === steps.length;
}

/** A row for each step, as in `resultsCsv`. */
export function ownResultsCsv({ name, joinedAt, done, steps }: OwnResults): string {
  const person = { id: "", name, ...(joinedAt === undefined ? {} : { joinedAt }), done, steps };
  return resultsCsv({ people: [person], steps });
}
