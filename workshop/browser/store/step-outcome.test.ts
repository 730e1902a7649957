import { describe, expect, it } from "vitest";
import type { StepResult } from "../../common/api.js";
import { announcementOf, lastLine, outcomeOf } from "./step-outcome.js";

describe("the outcome of a block", () => {
  const base: StepResult = {
    page: "p",
    step: "2",
    number: 2,
    state: "succeeded",
    durationMs: 412,
    checks: [],
  };

  it("has a sign and words, never a colour alone", () => {
    expect(outcomeOf(base)).toMatchObject({ icon: "tick", words: "Succeeded · 0.4 s" });
    expect(outcomeOf({ ...base, state: "expected-failure" })?.words).toBe("Refused, as it should be · 0.4 s");
    expect(outcomeOf({ ...base, state: "failed", exitStatus: 127 })).toMatchObject({
      icon: "cross",
      words: "Failed · exit status 127 · 0.4 s",
    });
  });

  it("names no exit status where the command ended well and something else was wrong", () => {
    expect(outcomeOf({ ...base, state: "failed", exitStatus: 0 })?.words).toBe("Failed · 0.4 s");
  });

  it("of which nobody knows is never a success", () => {
    expect(outcomeOf({ ...base, state: "unknown" })).toMatchObject({ icon: "question", tone: "warning" });
  });

  it("is nothing while the block has not been run", () => {
    expect(outcomeOf(undefined)).toBeUndefined();
    expect(outcomeOf({ ...base, state: "idle" })).toBeUndefined();
  });

  it("is announced at its end only, with the reason", () => {
    expect(announcementOf({ ...base, state: "running" })).toBeUndefined();
    expect(announcementOf({ ...base, state: "failed", exitStatus: 1, message: "0 was expected." })).toBe(
      "Step 3: Failed, exit status 1, 0.4 s. 0 was expected.",
    );
  });
});

describe("the last line of output", () => {
  it("is the last that says something", () => {
    expect(lastLine("one\r\ntwo  \n\n  \n")).toBe("two");
  });

  it("is missing where nothing was said", () => {
    expect(lastLine(" \n")).toBeUndefined();
    expect(lastLine(undefined)).toBeUndefined();
  });
});
