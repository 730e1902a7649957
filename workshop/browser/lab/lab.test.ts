import { describe, expect, it } from "vitest";
import { actionName, headline, targetName, verbOf } from "./blocks/action-names.js";
import { checksBeside, refusalOf } from "./blocks/refusal-text.js";
import { outputSince, outputToShow } from "./blocks/shown-output.js";
import { backWords } from "./connection-words.js";
import { clampShare, shareAfterKey } from "./divider-share.js";
import { fittingLevels } from "./heading-levels.js";
import { keyOf } from "./key-names.js";

describe("the keys of a lab", () => {
  const plain = {
    altKey: true,
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    location: 0,
    getModifierState: () => false,
  };

  it("are told by what they stand for", () => {
    expect(keyOf({ ...plain, key: "2" })).toEqual({ does: "terminal", number: 2 });
    expect(keyOf({ ...plain, key: "Enter" })).toEqual({ does: "run" });
    expect(keyOf({ ...plain, key: "Enter", shiftKey: true })).toEqual({ does: "run-and-go" });
    expect(keyOf({ ...plain, key: "ArrowRight" })).toEqual({ does: "next" });
    expect(keyOf({ ...plain, key: "0" })).toEqual({ does: "console" });
  });

  // The third is how a browser on Windows tells of AltGr, the fourth a code typed on the number pad there.
  it.each([
    ["# of Option+3 on a British Mac", { key: "#" }],
    ["@ of Option+2 on a Spanish Mac", { key: "@" }],
    ["a digit of AltGr", { key: "2", getModifierState: (name: string) => name === "AltGraph" }],
    ["Alt+1 of the number pad", { key: "1", location: 3 }],
  ])("are not those that type: %s", (_what, pressed) => {
    expect(keyOf({ ...plain, ...pressed })).toBeUndefined();
  });

  it("are the digits of a keyboard that has them with Shift", () => {
    expect(keyOf({ ...plain, key: "1", shiftKey: true })).toEqual({ does: "terminal", number: 1 });
  });

  it("are only those with Alt alone", () => {
    expect(keyOf({ ...plain, key: "Enter", altKey: false })).toBeUndefined();
    expect(keyOf({ ...plain, key: "Enter", ctrlKey: true })).toBeUndefined();
    expect(keyOf({ ...plain, key: "4" })).toBeUndefined();
  });
});

describe("the divider", () => {
  it("stays between a quarter and three quarters", () => {
    expect(clampShare(3)).toBe(25);
    expect(clampShare(99)).toBe(75);
    expect(clampShare(Number.NaN)).toBe(44);
  });

  it("moves by the arrow keys and leaves other keys alone", () => {
    expect(shareAfterKey(44, "ArrowRight")).toBe(46);
    expect(shareAfterKey(25, "ArrowLeft")).toBe(25);
    expect(shareAfterKey(44, "a")).toBeUndefined();
  });
});

describe("an author's headings", () => {
  it("begin at the second level and leave none out", () => {
    expect(fittingLevels([3, 4, 3, 5, 4])).toEqual([2, 3, 2, 3, 3]);
    expect(fittingLevels([1, 2, 3])).toEqual([2, 3, 4]);
    expect(fittingLevels([4, 2])).toEqual([2, 2]);
  });
});

describe("a run button's name", () => {
  it("says what is run and where", () => {
    const action = { kind: "execute" as const, title: "", text: "kubectl get ns", terminals: ["1"] };
    expect(actionName(action, "Run")).toBe("Run in terminal 1: kubectl get ns");
    expect(headline({ ...action, title: "Run in terminal 1" })).toBe("Terminal 1");
    expect(headline({ ...action, title: "Who am I?" })).toBe("Who am I? · Terminal 1");
    expect(targetName({ ...action, terminals: ["1", "2", "3"] })).toBe("Terminals 1, 2 and 3");
  });
});

describe("a block that acts on a terminal", () => {
  it.each([
    ["terminal-interrupt", "Interrupt terminal 2", "Interrupt", "Interrupt terminal 2"],
    ["terminal-clear", "Clear terminal 2", "Clear", "Clear terminal 2"],
    ["terminal-input", "Type into terminal 2", "Type", "Type in terminal 2: blue"],
  ] as const)("says once what it does: %s", (kind, title, verb, name) => {
    const action = { kind, title, terminals: ["2"], ...(kind === "terminal-input" ? { text: "blue" } : {}) };
    expect(headline(action)).toBe("Terminal 2");
    expect(verbOf(action)).toBe(verb);
    expect(actionName(action, verb)).toBe(name);
  });
});

describe("what the page says once the line is back", () => {
  it("is that nothing was lost only where every terminal has its shell of before", () => {
    expect(backWords(new Map([["1", "online"]]))).toBe("Back, nothing lost.");
    expect(backWords(new Map([["1", "waiting"]]))).toBe("Back. The terminals follow.");
    expect(
      backWords(
        new Map([
          ["1", "waiting"],
          ["2", "restarted"],
        ]),
      ),
    ).toBe("Back. The shell of terminal 2 was restarted; what ran in it has ended.");
  });
});

describe("what a block shows of its output", () => {
  const output = "first\nsecond\n";

  it("is only the reason when that ends with the last line", () => {
    const message = "Status 3, expected was 0: second";
    const result = { state: "failed" as const, output, message, checks: [] };
    expect(outputToShow(result, { isOpen: false, isNarrow: false })).toEqual({
      reason: "Status 3, expected was 0: second",
      text: "",
      hasMore: true,
    });
  });

  it("is, of a terminal's last lines, those below the command", () => {
    expect(outputSince("cd a\nls -l", "~ $ ls\nold\n~ $ ls -l\none\ntwo")).toBe("one\ntwo");
    expect(outputSince("ls -l", "one\ntwo")).toBe("one\ntwo");
  });

  it("is nothing when all went well, and all of it when asked", () => {
    const result = { state: "succeeded" as const, output, checks: [] };
    expect(outputToShow(result, { isOpen: false, isNarrow: false })).toEqual({ text: "", hasMore: true });
    expect(outputToShow(result, { isOpen: true, isNarrow: false })).toEqual({
      text: "first\nsecond",
      hasMore: true,
    });
  });

  it("is the reason and the last line when it failed", () => {
    const result = { state: "failed" as const, output, message: "0 was expected.", checks: [] };
    expect(outputToShow(result, { isOpen: false, isNarrow: false })).toEqual({
      reason: "0 was expected.",
      text: "second",
      hasMore: true,
    });
  });

  it("is not the reason where the check that failed says it", () => {
    const message = "The output does not show third. It ends with: second";
    const checks = [{ text: "The output shows third", state: "failed" as const, detail: message }];
    const result = { state: "failed" as const, output, message, checks };
    expect(outputToShow(result, { isOpen: false, isNarrow: false })).toEqual({ text: "", hasMore: true });
  });

  it("is the last lines where the terminal is out of sight", () => {
    const result = { state: "succeeded" as const, output, checks: [] };
    expect(outputToShow(result, { isOpen: false, isNarrow: true })).toEqual({
      text: "first\nsecond",
      hasMore: false,
    });
  });
});

describe("a refusal", () => {
  const output =
    "Error from server (Forbidden): pods \"web\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: [no-busybox] container <web> image <busybox>: images named busybox (in any repository) are blocked";
  const text =
    "Policy no-busybox refused the image busybox of container web: images named busybox (in any repository) are blocked.";

  it("is told once, however often it was printed", () => {
    expect(refusalOf({ state: "failed", output: `${output}\n${output}` })).toEqual({
      title: "Refused by image policy",
      texts: [text],
      policies: ["no-busybox"],
    });
  });

  it("is not told again as a check", () => {
    const other = { text: "There is no pod", state: "passed" } as const;
    const told = { text: "An image policy refused a pod", state: "passed", detail: text } as const;
    expect(checksBeside({ checks: [told, other] })).toEqual([other]);
  });

  it("does not take away a check that it satisfies", () => {
    const event = {
      text: "There is an event with policy no-busybox",
      state: "passed",
      detail: text,
    } as const;
    expect(checksBeside({ checks: [event] })).toEqual([event]);
  });

  it("of the pods to come is a warning, and not why the command failed", () => {
    const warning = output.replace("Error from server (Forbidden):", "Warning:");
    expect(refusalOf({ state: "succeeded", output: warning })?.title).toBe(
      "Its pods will be refused by image policy",
    );
    const exists = `${warning}\nerror: failed to create deployment: deployments.apps "web" already exists`;
    expect(refusalOf({ state: "failed", output: exists })).toBeUndefined();
  });

  it("that is only printed is not why the command failed", () => {
    const refused = output.replace("Error from server (Forbidden): ", "");
    const event = `28s   Warning   FailedCreate   replicaset/web   Error creating: ${refused}`;
    expect(refusalOf({ state: "succeeded", output: event })?.texts).toEqual([text]);
    for (const reason of [
      'error: failed to create deployment: deployments.apps "web" already exists',
      "bash: kubctl: command not found",
    ])
      expect(refusalOf({ state: "failed", output: `${event}\n${reason}` })).toBeUndefined();
  });

  it("is told in every form that the error of a command has", () => {
    const objection = output.slice(output.indexOf("[no-busybox]"));
    for (const error of [
      `error: failed to patch: admission webhook "w" denied the request: ${objection}`,
      `Error: INSTALLATION FAILED: 1 error occurred: admission webhook "w" denied the request: ${objection}`,
      `The pods "web" is invalid: : ValidatingAdmissionPolicy 'p' denied request: ${objection}`,
      `Error from server (Forbidden): admission webhook "w" denied the request:\n${objection}`,
      `pod/other created\n${output}\nerror: deployments.apps "web" already exists`,
    ])
      expect(refusalOf({ state: "failed", output: error })?.texts).toEqual([text]);
  });

  it("is not found in other errors", () => {
    const notFound = "Error from server (NotFound): pods not found";
    expect(refusalOf({ state: "failed", output: notFound })).toBeUndefined();
  });
});
