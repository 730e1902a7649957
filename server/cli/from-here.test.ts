import { describe, expect, it } from "vitest";
import { REPORTERS } from "../../workshop/node/reporters/reporter.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import { fromHere, placed } from "./from-here.js";

describe("files of a lab", () => {
  it("are told as from where the command was started", () => {
    expect(fromHere("/repo/labs/one", "/repo")("pages/a.md")).toBe("labs/one/pages/a.md");
    expect(fromHere("/repo/labs/one", "/repo/labs/one")("pages/a.md")).toBe("pages/a.md");
    expect(fromHere("/repo/labs/one", "/repo/docs")("pages/a.md")).toBe("../labs/one/pages/a.md");
  });

  it.each([
    ["github", "::error file=labs/one/pages/a.md,line=7,", "::error file=labs/one/pages/b.md,line=3,"],
    ["junit", 'file="labs/one/pages/a.md" line="7"', 'file="labs/one/pages/b.md" line="3"'],
    ["tap", 'file: "labs/one/pages/a.md:7"', "- labs/one/pages/b.md:3 a message"],
    ["json", '"file": "labs/one/pages/a.md"', '"file": "labs/one/pages/b.md"'],
  ] as const)("are so in the %s report, of steps and of the text", (reporter, step, problem) => {
    const text = REPORTERS[reporter](placed(report(), fromHere("/repo/labs/one", "/repo")));
    expect(text).toContain(step);
    expect(text).toContain(problem);
  });
});

function report(): ValidationReport {
  return {
    lab: "one",
    title: "One",
    outcome: "failed",
    session: "one-1",
    startedAt: "2026-01-01T00:00:00.000Z",
    durationMs: 1000,
    problems: [
      { severity: "error", rule: "r", file: "pages/b.md", line: 3, message: "a message", fix: "Mend it" },
    ],
    steps: [
      {
        page: "a",
        pageTitle: "A",
        file: "pages/a.md",
        line: 7,
        step: 0,
        text: "ls",
        state: "failed",
        durationMs: 10,
        message: "status 1",
      },
    ],
  };
}
