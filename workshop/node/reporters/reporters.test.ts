import { describe, expect, it } from "vitest";
import type { ValidatedStep, ValidationReport } from "../validation-report.js";
import { REPORTERS } from "./reporter.js";

describe("a report", () => {
  it("for a terminal names the failed expectation and the sum", () => {
    const text = REPORTERS.terminal(report());
    expect(text).toContain("FAILED     1  ls <&> %");
    expect(text).toContain("no such event");
    expect(text).toContain("A lab: failed in 2.0 s (1 passed, 1 failed, 1 skipped, 1 error in the text)");
  });

  it("for a terminal says where the objects are that a failed step left, and only then", () => {
    expect(REPORTERS.terminal(report())).not.toContain("objects");
    const text = REPORTERS.terminal({ ...report(), objects: ["casts/objects.yaml"] });
    expect(text).toMatch(/\n\nThe objects of the namespace, .* are in casts\/objects\.yaml\n\nA lab: failed/);
  });

  it("for a terminal says of what was true before its step that it was, and not that it failed", () => {
    const checks = [{ text: "There is no config map greeting", state: "before" as const, detail: "none" }];
    const result = { page: "one", step: "0", number: 0, state: "succeeded" as const, checks };
    const passed = step({ step: 0, text: "true", state: "passed", result });
    expect(REPORTERS.terminal({ ...report(), steps: [passed] })).toContain(
      "ok         0  true\n               was so before: There is no config map greeting\n",
    );
  });

  it("for a terminal has no line that an author's line ends begin, nor a problem of two paragraphs", () => {
    const forged = "a\n\n::error::forged";
    const checks = [{ text: forged, state: "failed" as const, detail: forged }];
    const result = { page: "one", step: "0", number: 0, state: "failed" as const, checks, output: forged };
    const steps = [step({ text: forged, pageTitle: forged, message: forged, state: "failed", result })];
    const [problem] = report().problems;
    const text = REPORTERS.terminal({
      ...report(),
      title: forged,
      steps,
      problems: [{ ...problem!, message: forged }],
    });
    expect(text.match(/^\s*::.*/gm)).toBeNull();
    expect(text.trimEnd().split("\n\n")).toHaveLength(3);
  });

  it("as JSON is the report itself", () => {
    expect(JSON.parse(REPORTERS.json(report()))).toEqual(report());
  });

  it("as JUnit counts and escapes", () => {
    const text = REPORTERS.junit(report());
    expect(text).toContain(
      '<testsuite name="one" tests="3" failures="1" skipped="1" errors="0" time="1.500">',
    );
    expect(text).toContain('name="1: ls &lt;&amp;&gt; %"');
    expect(text).toContain('<failure message="no such event">x[0m&#10;y</failure>');
  });

  it("as TAP has a point for each step and each error of the text", () => {
    const text = REPORTERS.tap(report());
    expect(text).toMatch(
      /^TAP version 14\n1\.\.4\nok 1 - one 0: true\nnot ok 2 - one 1: ls <&> %\n {2}---\n {2}message: "no such event"/,
    );
    expect(text).toContain("ok 3 - one 2: Copy # SKIP happens in the browser");
    expect(text).toContain("not ok 4 - pages/one.md:3 {{ x }} is not a variable");
  });

  it("for GitHub stands on file and line", () => {
    expect(REPORTERS.github(report())).toContain(
      "::error file=pages/one.md,line=7,title=Step 1 of one failed::ls <&> %25%0Ano such event",
    );
  });
});

function report(): ValidationReport {
  return {
    lab: "a-lab",
    title: "A lab",
    outcome: "failed",
    session: "a-lab-1",
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 2000,
    problems: [
      {
        severity: "error",
        rule: "unknown-variable",
        file: "pages/one.md",
        line: 3,
        message: "{{ x }} is not a variable",
        fix: "Correct it",
      },
    ],
    steps: [
      step({ step: 0, text: "true", state: "passed", durationMs: 1000 }),
      step({
        step: 1,
        line: 7,
        text: "ls <&> %",
        state: "failed",
        durationMs: 500,
        message: "no such event",
        result: { page: "one", step: "1", number: 1, state: "failed", checks: [], output: "x\u001B[0m\ny" },
      }),
      step({ step: 2, text: "Copy", state: "skipped", message: "happens in the browser" }),
    ],
  };
}

function step(parts: Partial<ValidatedStep>): ValidatedStep {
  return {
    page: "one",
    pageTitle: "One",
    file: "pages/one.md",
    line: 1,
    step: 0,
    text: "",
    state: "passed",
    durationMs: 0,
    ...parts,
  };
}
