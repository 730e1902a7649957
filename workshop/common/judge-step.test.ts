import { describe, expect, it } from "vitest";
import { DEFAULT_EXPECTATION, expectationTexts, parseExpectation } from "./expectation.js";
import { inAuthorsWords, judgeOutcome } from "./judge-step.js";

describe("inAuthorsWords", () => {
  it("tells a failure as the author does, and keeps what was seen beside it", () => {
    const expectation = parseExpectation('fail="Nothing runs \\"yet\\"" hint="Look at the image"');
    const judged = judgeOutcome(ended(1, "error: no pod"), expectation);
    expect(inAuthorsWords(judged, expectation)).toMatchObject({
      state: "failed",
      message: 'Nothing runs "yet"',
      cause: "The command ended with status 1, not with 0: error: no pod",
      hint: "Look at the image",
    });
  });

  it("gives no hint away before a failure", () => {
    const expectation = parseExpectation('fail="No" hint="Look at the image"');
    const judged = judgeOutcome(ended(0), expectation);
    expect(inAuthorsWords(judged, expectation)).toEqual(judged);
  });

  it("takes only sentences", () => {
    expect(() => parseExpectation('fail=""')).toThrow("fail is a sentence for learners");
    expect(() => parseExpectation(`hint="${"a".repeat(501)}"`)).toThrow("at most 500 characters");
  });
});

describe("judgeOutcome", () => {
  it("takes status 0 for success and says what else came", () => {
    expect(judgeOutcome(ended(0), DEFAULT_EXPECTATION).state).toBe("succeeded");
    expect(judgeOutcome(ended(127, "bash: tcm: command not found"), DEFAULT_EXPECTATION)).toMatchObject({
      state: "failed",
      message: "The command ended with status 127, not with 0: bash: tcm: command not found",
    });
  });

  it("takes a wanted failure for an expected one, and a success for a failure then", () => {
    expect(judgeOutcome(ended(1), parseExpectation("exit=nonzero")).state).toBe("expected-failure");
    expect(judgeOutcome(ended(0), parseExpectation("exit=1")).state).toBe("failed");
  });

  it("never takes unknown for success", () => {
    const outcome = { status: "unknown", exitStatus: null, output: "", reason: "a nested shell" } as const;
    expect(judgeOutcome(outcome, parseExpectation("exit=any"))).toMatchObject({
      state: "unknown",
      message: "a nested shell",
    });
  });

  it("lets an author take what was only typed, and what a later step interrupts", () => {
    const typed = { status: "typed", exitStatus: null, output: "", reason: "typed into bash" } as const;
    expect(judgeOutcome(typed, parseExpectation("exit=any")).state).toBe("typed");
    expect(judgeOutcome(typed, DEFAULT_EXPECTATION)).toMatchObject({
      state: "unknown",
      message: "typed into bash",
    });
    expect(judgeOutcome(typed, parseExpectation("exit=any match=/x/")).state).toBe("unknown");
    const stopped = { status: "interrupted", exitStatus: 130, output: "" } as const;
    expect(judgeOutcome(stopped, DEFAULT_EXPECTATION).state).toBe("interrupted");
    expect(judgeOutcome(stopped, DEFAULT_EXPECTATION, "interrupt").state).toBe("succeeded");
    expect(judgeOutcome({ ...stopped, status: "cancelled" }, DEFAULT_EXPECTATION).state).toBe("idle");
  });

  it("fails where the output does not match, and says so", () => {
    expect(judgeOutcome(ended(0, "no resources"), parseExpectation("match=/denied/"))).toMatchObject({
      state: "failed",
      message: "The output does not show denied. It ends with: no resources",
    });
  });

  it("says of every expectation that was shown before whether it is met", () => {
    const expectation = parseExpectation("exit=nonzero match=/denied/");
    const { checks } = judgeOutcome(ended(1, "allowed"), expectation);
    expect(checks.map(({ text }) => text)).toEqual(expectationTexts(expectation));
    expect(checks.map(({ state }) => state)).toEqual(["passed", "failed"]);
  });

  it("explains a refusal that the output shows", () => {
    const { checks } = judgeOutcome(
      ended(0, "Warning FailedCreate [no-busybox] container <b> image <busybox>: blocked"),
      DEFAULT_EXPECTATION,
    );
    expect(checks).toMatchObject([
      { state: "passed", detail: "Policy no-busybox refused the image busybox of container b: blocked." },
    ]);
  });
});

describe("parseExpectation", () => {
  it.each(["exit=x", "timeout=soon", "match=/(/", "until=potato", "colour=blue", "exit"])(
    "refuses %s",
    (info) => {
      expect(() => parseExpectation(info)).toThrow(expect.objectContaining({ code: "CHECK_INVALID" }));
    },
  );
});

function ended(exitStatus: number, output = "") {
  return { status: exitStatus === 0 ? "succeeded" : "failed", exitStatus, output } as const;
}
