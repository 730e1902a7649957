import { expect, it } from "vitest";
import { type ResultParts, eventResults } from "../../common/event-results.js";
import { resultsXapi } from "./results-xapi.js";

const PAGES = [{ name: "one", title: "First things", steps: ["a", "b", "c"] }];
const EVENT = {
  event: "day-x7k2",
  lab: "my-lab",
  title: "My lab",
  from: "2026-06-01T12:00:00.000Z",
  until: "2026-06-01T15:00:00.000Z",
  pages: PAGES,
  asksFeedback: true,
  people: [{ id: "p1", name: 'Ada "the first"', joinedAt: "2026-06-01T12:00:00.000Z" }],
} satisfies Omit<ResultParts, "outcomes">;
const AT = Date.parse("2026-06-01T12:05:00.000Z");
const DONE = {
  person: "p1",
  page: "one",
  step: "a",
  number: 0,
  tries: 2,
  failures: 1,
  firstAt: AT,
  doneAt: AT,
};
const TRIED = { person: "p1", page: "one", step: "b", number: 1, tries: 1, failures: 1, firstAt: AT };

it("makes a statement of each step that was tried, as the specification wants it", () => {
  const statements = JSON.parse(resultsXapi(eventResults({ ...EVENT, outcomes: [DONE, TRIED] }))) as object[];
  expect(statements).toHaveLength(2);
  expect(statements[0]).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    actor: {
      name: 'Ada "the first"',
      account: { homePage: "https://lectern.dev/xapi/events/day-x7k2", name: "p1" },
    },
    verb: { id: "http://adlnet.gov/expapi/verbs/completed" },
    object: {
      id: "https://lectern.dev/xapi/labs/my-lab/one/a",
      definition: { name: { "en-US": "First things, step 1" } },
    },
    timestamp: "2026-06-01T12:05:00.000Z",
    result: { completion: true, duration: "PT300.00S", extensions: { "https://lectern.dev/xapi/tries": 2 } },
  });
  expect(statements[1]).toMatchObject({
    verb: { id: "http://adlnet.gov/expapi/verbs/attempted" },
    result: { completion: false },
  });
});

it("gives the same result the same id, and another one where more was done", () => {
  const [done, tried] = idsOf([DONE, TRIED]);
  expect(idsOf([DONE, TRIED])).toEqual([done, tried]);
  expect(idsOf([DONE, { ...TRIED, tries: 2 }])).toEqual([done, expect.not.stringContaining(tried ?? "")]);
  expect(done).not.toBe(tried);
});

function idsOf(outcomes: ResultParts["outcomes"]): string[] {
  const statements = JSON.parse(resultsXapi(eventResults({ ...EVENT, outcomes }))) as { id: string }[];
  return statements.map(({ id }) => id);
}
