import { once } from "node:events";
import { expect, it } from "vitest";
import type { PageAction } from "../common/action.js";
import { DEFAULT_EXPECTATION } from "../common/expectation.js";
import { UnansweredSteps, isUnanswered } from "./unanswered-steps.js";

it("a test that begins with its page and never gives up is judged at the page's end", async () => {
  const steps = new UnansweredSteps(1);
  const told: string[] = [];
  const news = new EventTarget();
  const step = once(news, "true").then(() => void told.push("true"));
  await steps.begin(test({ retries: Infinity, starts: true }), step);
  told.push("the next block");
  news.dispatchEvent(new Event("true"));
  await steps.end();
  expect(told).toEqual(["the next block", "true"]);
});

it("one that comes true is not waited for any longer", async () => {
  const steps = new UnansweredSteps();
  await steps.begin(test({ retries: Infinity, starts: true }), Promise.resolve());
  await steps.end();
});

it.each([
  [{ retries: Infinity, starts: true }, true],
  // Whoever clicks it waits for it.
  [{ retries: Infinity, starts: false }, false],
  [{ retries: 5, starts: true }, false],
])("later blocks are taken while a test goes on: %o %s", (given, isSo) => {
  expect(isUnanswered(test(given))).toBe(isSo);
});

function test({ retries, starts }: { retries: number; starts: boolean }): PageAction {
  const view = { kind: "examine", number: 3, terminals: [], flow: { starts } };
  return { view, test: { retries }, expectation: DEFAULT_EXPECTATION } as unknown as PageAction;
}
