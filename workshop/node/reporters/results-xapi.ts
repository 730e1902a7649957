import { createHash } from "node:crypto";
import type { EventResults, PersonResults, PersonStep, StepSummary } from "../../common/event-results.js";

/** What ids of ours begin with; they name things, and nothing is to be found there. */
const NAMES = "https://lectern.dev/xapi";
const VERBS = {
  done: { id: "http://adlnet.gov/expapi/verbs/completed", display: { "en-US": "completed" } },
  tried: { id: "http://adlnet.gov/expapi/verbs/attempted", display: { "en-US": "attempted" } },
} as const;
const LESSON = "http://adlnet.gov/expapi/activities/lesson";
const COURSE = "http://adlnet.gov/expapi/activities/course";

/**
 * Statements of the Experience API 1.0.3 (github.com/adlnet/xAPI-Spec) as a JSON array: one for each person and step that was tried or
 * done. The same result always has the same id, so that a store that gets it twice keeps it once.
 */
export function resultsXapi(results: EventResults): string {
  const statements = results.people.flatMap((person) =>
    person.steps.flatMap((step, at) => {
      const summary = results.steps[at];
      return step.state === "open" || summary === undefined
        ? []
        : [statement(results, person, step, summary)];
    }),
  );
  return `${JSON.stringify(statements, null, 2)}\n`;
}

function statement(
  { event, lab, title }: EventResults,
  person: PersonResults,
  step: PersonStep,
  { pageTitle, number }: StepSummary,
): object {
  const { state, tries, failures, hints, takenMs, at } = step;
  const object = `${NAMES}/labs/${encodeURIComponent(lab)}/${encodeURIComponent(step.page)}/${step.step}`;
  const said = {
    actor: {
      objectType: "Agent",
      name: person.name,
      account: { homePage: `${NAMES}/events/${event}`, name: person.id },
    },
    verb: state === "done" ? VERBS.done : VERBS.tried,
    object: {
      objectType: "Activity",
      id: object,
      definition: { type: LESSON, name: { "en-US": `${pageTitle}, step ${String(number)}` } },
    },
    result: {
      completion: state === "done",
      ...(takenMs === undefined ? {} : { duration: `PT${(takenMs / 1000).toFixed(2)}S` }),
      extensions: {
        [`${NAMES}/tries`]: tries,
        [`${NAMES}/failures`]: failures,
        [`${NAMES}/hints`]: hints,
      },
    },
    context: {
      contextActivities: {
        parent: [
          {
            objectType: "Activity",
            id: `${NAMES}/labs/${encodeURIComponent(lab)}`,
            definition: { type: COURSE, name: { "en-US": title } },
          },
        ],
      },
    },
    ...(at === undefined ? {} : { timestamp: at }),
  };
  return { id: idOf(said), ...said };
}

/** A UUID of version 5 in form (RFC 9562), of all that the statement says. */
function idOf(said: object): string {
  const digest = createHash("sha1").update(JSON.stringify(said)).digest();
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString("hex", 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
