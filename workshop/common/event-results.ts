import Papa from "papaparse";
import type { PageSummary } from "./api.js";
import { type Feedback, type FeedbackSummary, feedbackSummary } from "./feedback.js";

/** What somebody came to at a step; times in epoch milliseconds. */
export interface StepOutcome {
  person: string;
  page: string;
  step: string;
  /** Its place on the page, from 0. */
  number: number;
  tries: number;
  failures: number;
  /** Hints of its author that were taken; none where absent. */
  hints?: number;
  firstAt: number;
  /** When it was first done; absent where it was not. */
  doneAt?: number;
}

/** What the people of an event came to, by person and step. */
export interface EventResults {
  event: string;
  lab: string;
  title: string;
  from: string;
  until: string;
  steps: StepSummary[];
  people: PersonResults[];
  /** What they say of it together; absent where they were not asked and nobody has answered. */
  feedback?: FeedbackSummary;
}

/** A step over all who have tried it. */
export interface StepSummary {
  page: string;
  pageTitle: string;
  step: string;
  /** Its place on the page, from 1. */
  number: number;
  triedBy: number;
  doneBy: number;
  failures: number;
  /** Taken by all together. */
  hints: number;
  /** In the middle of those who have done it; absent where nobody has. */
  medianMs?: number;
}

export interface PersonResults {
  id: string;
  name: string;
  /** Absent for somebody of the list who never came. */
  joinedAt?: string;
  /** What they say of the event; absent where they said nothing. */
  feedback?: Feedback;
  done: number;
  steps: PersonStep[];
}

export interface PersonStep {
  page: string;
  step: string;
  state: "done" | "tried" | "open";
  tries: number;
  failures: number;
  /** Hints of its author that were taken. */
  hints: number;
  /** From the step before that was done, or the coming, to its first success. */
  takenMs?: number;
  /** When it was first done, else first tried; ISO 8601. */
  at?: string;
}

export interface ResultParts extends Pick<EventResults, "event" | "lab" | "title" | "from" | "until"> {
  /** Of the lab as it is now. */
  pages: readonly PageSummary[];
  people: readonly { id: string; name: string; joinedAt?: string; feedback?: Feedback }[];
  /** Whether people are asked at the end how it was. */
  asksFeedback: boolean;
  outcomes: readonly StepOutcome[];
}

/** Puts together what people came to; steps that the lab has no more stand behind those it has. */
export function eventResults({ pages, people, outcomes, asksFeedback, ...event }: ResultParts): EventResults {
  const steps = stepsOf(pages, outcomes);
  const ofPerson = new Map<string, StepOutcome[]>(people.map(({ id }) => [id, []]));
  for (const outcome of outcomes) ofPerson.get(outcome.person)?.push(outcome);
  const results = people.map((person) => personResults(person, steps, ofPerson.get(person.id) ?? []));
  const summaries = steps.map((step, at) =>
    summaryOf(
      step,
      results.flatMap((one) => one.steps[at] ?? []),
    ),
  );
  const feedback = feedbackSummary(people.map((person) => person.feedback));
  const isShown = asksFeedback || feedback.answers > 0;
  return { ...event, steps: summaries, people: results, ...(isShown && { feedback }) };
}

/** The steps people failed at most, and among those the ones that took longest, first; without those nobody has tried. */
export function hardestSteps(steps: readonly StepSummary[]): StepSummary[] {
  return steps
    .filter(({ triedBy }) => triedBy > 0)
    .toSorted((one, other) => other.failures - one.failures || (other.medianMs ?? 0) - (one.medianMs ?? 0));
}

/** New ones stand behind those there were: whoever reads them by their place goes on. */
const COLUMNS = [
  "name",
  "page",
  "step",
  "state",
  "tries",
  "failures",
  "seconds",
  "joined",
  "hints",
  "rating",
  "comment",
];

/** What a spreadsheet takes for a formula, on whatever line of its cell it goes on. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/**
 * The same behind what another spreadsheet takes for the end of a cell: where a comma is part of numbers, cells end at semicolons, and
 * a quote within one keeps no line together.
 */
const LATER_FORMULA = /([;\t\r\n][\s"']*)(?=[=+\-@＝＋－＠])/g;

/** A row for each person and step. No cell begins as a formula does: spreadsheets would run what somebody typed as a name. */
export function resultsCsv({
  people,
  steps,
}: {
  people: readonly PersonResults[];
  steps: readonly Pick<StepSummary, "number">[];
}): string {
  const rows = people.flatMap((person) =>
    person.steps.map((step, at) => ({
      name: withoutFormulas(person.name),
      page: step.page,
      step: steps[at]?.number ?? "",
      state: step.state,
      tries: step.tries,
      failures: step.failures,
      seconds: step.takenMs === undefined ? "" : Math.round(step.takenMs / 1000),
      joined: person.joinedAt ?? "",
      hints: step.hints,
      rating: person.feedback?.rating ?? "",
      comment: withoutFormulas(person.feedback?.comment ?? ""),
    })),
  );
  return `${Papa.unparse(rows, { columns: COLUMNS, escapeFormulae: FORMULA })}\r\n`;
}

/** Of its beginning the writer of the table takes care. */
function withoutFormulas(text: string): string {
  return text.replaceAll(LATER_FORMULA, "$1'");
}

type StepPlace = Pick<StepSummary, "page" | "pageTitle" | "step" | "number">;

function stepsOf(pages: readonly PageSummary[], outcomes: readonly StepOutcome[]): StepPlace[] {
  const steps = pages.flatMap(({ name, title, steps: ids }) =>
    ids.map((step, at) => ({ page: name, pageTitle: title, step, number: at + 1 })),
  );
  const known = new Set(steps.map(({ page, step }) => `${page}/${step}`));
  for (const { page, step, number } of outcomes) {
    const key = `${page}/${step}`;
    if (known.has(key)) continue;
    known.add(key);
    steps.push({ page, pageTitle: page, step, number: number + 1 });
  }
  return steps;
}

function personResults(
  person: ResultParts["people"][number],
  steps: readonly StepPlace[],
  outcomes: readonly StepOutcome[],
): PersonResults {
  const taken = timesTaken(outcomes, Date.parse(person.joinedAt ?? ""));
  const own = steps.map(({ page, step }): PersonStep => {
    const outcome = outcomes.find((one) => one.page === page && one.step === step);
    if (outcome === undefined) return { page, step, state: "open", tries: 0, failures: 0, hints: 0 };
    const { tries, failures, hints = 0, doneAt } = outcome;
    const takenMs = taken.get(outcome);
    // A hint is taken also by who has tried nothing yet.
    const state = doneAt !== undefined ? "done" : tries > 0 ? "tried" : "open";
    const at = new Date(doneAt ?? outcome.firstAt).toISOString();
    return { page, step, state, tries, failures, hints, ...(takenMs === undefined ? {} : { takenMs }), at };
  });
  return { ...person, done: own.filter(({ state }) => state === "done").length, steps: own };
}

function timesTaken(outcomes: readonly StepOutcome[], joinedAt: number): Map<StepOutcome, number> {
  const taken = new Map<StepOutcome, number>();
  let before = joinedAt;
  for (const outcome of outcomes.toSorted((one, other) => (one.doneAt ?? 0) - (other.doneAt ?? 0))) {
    if (outcome.doneAt === undefined) continue;
    // A clock that was set back makes no negative times.
    taken.set(outcome, Math.max(0, outcome.doneAt - before));
    before = outcome.doneAt;
  }
  return taken;
}

function summaryOf(place: StepPlace, own: readonly PersonStep[]): StepSummary {
  const times = own.flatMap(({ takenMs }) => takenMs ?? []).toSorted((one, other) => one - other);
  const medianMs = times[Math.floor(times.length / 2)];
  return {
    ...place,
    triedBy: own.filter(({ state }) => state !== "open").length,
    doneBy: own.filter(({ state }) => state === "done").length,
    failures: own.reduce((sum, { failures }) => sum + failures, 0),
    hints: own.reduce((sum, { hints }) => sum + hints, 0),
    ...(medianMs === undefined ? {} : { medianMs }),
  };
}
