import { expect, it } from "vitest";
import type { PageAction } from "../common/action.js";
import { DEFAULT_EXPECTATION, type Expectation } from "../common/expectation.js";
import { NestedShells } from "./nested-shells.js";
import type { ValidatedStep } from "./validation-report.js";

const TYPED = "typed into bash, which does not report how a command ended";

it.each<[string, string, Partial<Expectation>, string]>([
  ["typed into it", TYPED, {}, "skipped"],
  ["that ran out of time", "it still ran after 30 s and was interrupted", {}, "failed"],
  ["whose shell was lost", "How it ended is not known: the shell ended with status 1", {}, "failed"],
  ["whose output is asked for", TYPED, { match: "/x/" }, "failed"],
  ["whose outcome in the cluster is asked for", TYPED, { until: ["pod running"] }, "failed"],
  ["that a program of the lab looks at", TYPED, { script: "./a.sh" }, "failed"],
  ["that is to fail", TYPED, { exit: "nonzero" }, "failed"],
])("in a nested shell that is left again, a step %s is judged: %s", (_what, message, expectation, state) => {
  const actions = ["bash", "echo inside", "exit"].map((text, number) => action(text, number, expectation));
  const nested = new NestedShells(actions);
  const [bash, inside] = actions as [PageAction, PageAction];
  expect(nested.judged({ ...bash, expectation: DEFAULT_EXPECTATION }, unheard(TYPED)).state).toBe("skipped");
  expect(nested.judged(inside, unheard(message)).state).toBe(state);
});

it("what comes after the way out is judged again, however the way out ended", () => {
  const actions = ["bash", "exit", "python3"].map((text, number) => action(text, number, {}));
  const nested = new NestedShells(actions);
  const [bash, exit, python] = actions as [PageAction, PageAction, PageAction];
  expect(nested.judged(bash, unheard(TYPED)).state).toBe("skipped");
  expect(nested.judged(exit, { ...unheard(TYPED), state: "passed" }).state).toBe("passed");
  expect(nested.judged(python, unheard(TYPED)).state).toBe("failed");
});

function action(text: string, number: number, expectation: Partial<Expectation>): PageAction {
  const view = { kind: "execute", text, number, terminals: ["1"] };
  return { view, expectation: { ...DEFAULT_EXPECTATION, ...expectation } } as PageAction;
}

function unheard(message: string): ValidatedStep {
  return { state: "failed", result: { state: "unknown", message } } as ValidatedStep;
}
