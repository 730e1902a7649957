import { expect, it } from "vitest";
import { eventResults, type ResultParts } from "./event-results.js";
import { isComplete, ownResults, ownResultsCsv } from "./own-results.js";

const AT = Date.UTC(2026, 10, 28, 14);
const DONE = {
  person: "ada",
  page: "one",
  step: "a",
  number: 0,
  tries: 1,
  failures: 0,
  firstAt: AT,
  doneAt: AT,
};
const EVENT = {
  event: "day",
  lab: "lab",
  title: "Lab",
  from: new Date(AT).toISOString(),
  until: new Date(AT).toISOString(),
  asksFeedback: true,
  people: [{ id: "ada", name: "Ada", joinedAt: new Date(AT).toISOString() }],
};
const of = (pages: ResultParts["pages"], outcomes: ResultParts["outcomes"], isWhole = pages.length > 0) =>
  ownResults(eventResults({ ...EVENT, pages, outcomes }), { person: "ada", isWhole, asksFeedback: true });

const PAGES = [{ name: "one", title: "One", steps: ["a", "b"] }];

it("are complete where every step of the lab was done", () => {
  const some = of(PAGES, [DONE]);
  const all = of(PAGES, [DONE, { ...DONE, step: "b", number: 1 }]);
  expect([some, all].map((own) => own && isComplete(own))).toEqual([false, true]);
  expect(some?.steps.map(({ pageTitle, number, state }) => [pageTitle, number, state])).toEqual([
    ["One", 1, "done"],
    ["One", 2, "open"],
  ]);
});

it("are never complete while nobody knows the steps of the lab", () => {
  const own = of([], [DONE]);
  expect(own).toMatchObject({ done: 1, isWhole: false });
  expect(own && isComplete(own)).toBe(false);
});

it("are nobody's who is not of the event, and a table for whoever is", () => {
  expect(
    ownResults(eventResults({ ...EVENT, pages: PAGES, outcomes: [] }), {
      person: "x",
      isWhole: true,
      asksFeedback: true,
    }),
  ).toBe(undefined);
  const own = of(PAGES, [DONE]);
  expect(own && ownResultsCsv(own)).toMatch(/\r\nAda,one,1,done,1,0,0,.*\r\nAda,one,2,open,0,0,,/);
});
