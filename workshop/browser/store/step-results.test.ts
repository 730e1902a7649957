import { describe, expect, it } from "vitest";
import type { StepResult, StepState } from "../../common/api.js";
import type { ActionView } from "../../common/page-view.js";
import {
  indexResults,
  nextBlock,
  pageProgress,
  resultKey,
  summaryOf,
  undoneActions,
  withoutResult,
  withResult,
  withUnanswered,
} from "./step-results.js";

describe("a page's blocks", () => {
  const actions = [
    action(0, "copy"),
    action(1, "execute"),
    action(2, "manual"),
    action(3, "execute-all"),
    action(4, "open-url"),
    action(5, "execute"),
  ];

  it("are undone until they succeed or are refused as they should be; copying and opening is no work", () => {
    const results = indexResults([
      result(1, "succeeded"),
      result(3, "expected-failure"),
      result(5, "failed"),
    ]);
    expect(steps(undoneActions("p", actions, results))).toEqual([2, 5]);
  });

  it("stay as they were clicked while the server tells what it knew before, and no longer", () => {
    const [guess, before] = [result(1, "queued"), result(1, "failed")];
    const told = (state: StepState) => indexResults([result(1, state)]);
    const stateOf = (results: ReturnType<typeof told>) => results.get(resultKey("p", "1"))?.state;
    expect(stateOf(withUnanswered(new Map(), [{ guess, before: undefined }]))).toBe("queued");
    expect(stateOf(withUnanswered(told("failed"), [{ guess, before }]))).toBe("queued");
    expect(stateOf(withUnanswered(told("running"), [{ guess, before }]))).toBe("running");
    expect(stateOf(withUnanswered(told("failed"), []))).toBe("failed");
  });

  it("are run in order by the key, past what runs already and up to what is done by hand", () => {
    const results = indexResults([result(1, "running")]);
    expect(nextBlock("p", actions, results)?.number).toBe(2);
    expect(nextBlock("p", actions, withResult(results, result(2, "succeeded")))?.number).toBe(3);
    expect(nextBlock("p", actions, new Map())?.number).toBe(1);
  });

  it("are not mixed up with those of another page", () => {
    const results = indexResults([{ ...result(1, "succeeded"), page: "other" }]);
    expect(nextBlock("p", actions, results)?.number).toBe(1);
  });
});

describe("results", () => {
  it("replace and remove one without touching the map they came from", () => {
    const before = indexResults([result(1, "running")]);
    const after = withResult(before, result(1, "succeeded"));
    expect(before.get(resultKey("p", "1"))?.state).toBe("running");
    expect(after.get(resultKey("p", "1"))?.state).toBe("succeeded");
    expect(withoutResult(after, "p", "1").size).toBe(0);
    expect(after.size).toBe(1);
  });

  it("do not tick a page by what is no step of it, such as clearing a terminal", () => {
    const page = { name: "p", title: "P", steps: ["0", "1"] };
    const results = indexResults([result(0, "succeeded"), result(7, "succeeded"), result(8, "succeeded")]);
    expect(pageProgress(page, results, false)).toBe("some");
    expect(summaryOf([page], results)).toEqual({ done: 1, failed: 0, steps: 2 });
  });

  it("tick a page when all of its steps are done", () => {
    const page = { name: "p", title: "P", steps: ["0", "1"] };
    expect(pageProgress(page, new Map(), false)).toBe("none");
    expect(pageProgress(page, indexResults([result(0, "succeeded"), result(1, "failed")]), false)).toBe(
      "some",
    );
    expect(pageProgress(page, indexResults([result(0, "succeeded"), result(1, "succeeded")]), false)).toBe(
      "done",
    );
  });

  it("add up to a lab of steps done and failed, on the pages it has", () => {
    const pages = [
      { name: "p", title: "P", steps: ["0", "1"] },
      { name: "q", title: "Q", steps: ["0"] },
    ];
    const elsewhere = { ...result(0, "succeeded"), page: "gone" };
    const results = indexResults([result(0, "succeeded"), result(1, "failed"), elsewhere]);
    expect(summaryOf(pages, results)).toEqual({ done: 1, failed: 1, steps: 3 });
  });

  it("tick a page without steps once a later one is read", () => {
    const page = { name: "p", title: "P", steps: [] };
    expect(pageProgress(page, new Map(), false)).toBe("none");
    expect(pageProgress(page, new Map(), true)).toBe("done");
  });
});

function steps(actions: ActionView[]): number[] {
  return actions.map(({ number }) => number);
}

function action(number: number, kind: ActionView["kind"]): ActionView {
  return {
    step: String(number),
    number,
    action: kind,
    kind,
    title: "",
    terminals: ["1"],
    inline: false,
    checks: [],
    expectsFailure: false,
  };
}

function result(number: number, state: StepState): StepResult {
  return { page: "p", step: String(number), number, state, checks: [] };
}
