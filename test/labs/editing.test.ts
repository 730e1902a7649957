import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StepResult } from "../../workshop/common/api.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { runStep } from "../../workshop/node/run-step.js";
import { findStep } from "../../workshop/node/session-step.js";
import { createSession } from "../../workshop/node/sessions.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import type { ValidationReport } from "../../workshop/node/validation-report.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const folder = new URL("./testdata/editing", import.meta.url).pathname;

let platform: TestPlatform;
let lab: Lab;
beforeAll(async () => {
  platform = await startTestPlatform();
  lab = await loadLab(folder);
});
afterAll(() => platform.close());

describe("a lab with blocks of the editor, the examiner and files", () => {
  let report: ValidationReport;
  beforeAll(async () => {
    report = await validateLab(lab, { ...platform, policies: platform.policies.service });
  });

  it("has nothing wrong in it that can be told without a session", () => {
    expect(lab.problems).toEqual([]);
  });

  it("is validated without a browser, block by block, each with an outcome of its own", () => {
    const outcomes = report.steps.map(({ step, state, message = "" }) =>
      `${step} ${state} ${message}`.trim(),
    );
    expect(outcomes).toEqual([
      "0 passed",
      "1 passed",
      "2 passed",
      '3 failed "notes/new.txt" in the session\'s home cannot be written: its folder is not there.',
      "4 passed",
      "5 passed",
      "6 passed",
      "7 passed",
      '8 failed shop.yaml cannot be changed: it has no text "green".',
      "9 passed",
      "10 passed",
      "11 passed",
      "12 failed The colour is not green yet.",
      "13 passed",
      "14 failed The check did not end within 1 s.",
      "15 passed",
      '16 failed "gone.yaml" in the session\'s home cannot be read: it is not there.',
      "17 passed",
      "18 passed",
      "19 failed notes/none cannot be changed: rm: cannot remove './notes/none': No such file or directory.",
      "20 passed",
    ]);
  });

  it("has changed the files as it says, and left permissions and comments", () => {
    const { output = "" } = report.steps[10]?.result ?? {};
    const namespace = /of (\S+)/.exec(output)?.[1] ?? "";
    expect(namespace).not.toBe("");
    expect(output).toContain(
      `zeroth\nfirst\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${namespace} # ours\ndata:\n  colour: blue\n  size: large\nof ${namespace}\n`,
    );
  });

  it("says where the editor is to look", () => {
    const places = report.steps.map(({ result }) => result?.editor);
    expect(places[0]).toMatchObject({ file: "shop.yaml", range: { from: { line: 3, column: 1 } } });
    expect(places[1]).toEqual({
      file: "shop.yaml",
      range: { from: { line: 6, column: 11 }, to: { line: 6, column: 14 } },
    });
    expect(places[18]).toEqual({ file: "notes/walk.sh" });
    expect(places[20]).toEqual({ file: "shop.yaml", isClosed: true });
  });
});

describe("a check of the lab's own", () => {
  let session: SessionResource;
  beforeAll(async () => {
    const created = await createSession(platform.client, lab, { startedBy: "validate" });
    session = await platform.provisioner.provision(created, lab);
  });

  async function run(number: number, options: Parameters<typeof runStep>[2] = {}): Promise<StepResult> {
    const page = lab.pages[0]?.name ?? "";
    const compiled = await platform.compiler.compile(lab, lab.pages[0]!, {});
    const step = compiled.actions[number]?.view.step ?? "";
    return runStep(platform, await findStep({ session, lab, page, step }, platform), options);
  }

  it("that passed before its step proves nothing, and is told so", async () => {
    const check = { text: "Is blue" };
    expect(await run(2)).toMatchObject({ state: "succeeded", checks: [{ ...check, state: "passed" }] });
    await platform.host.exec(session.metadata.name, {
      argv: ["sed", "-i", "$a# red\\n#colour: red", "shop.yaml"],
    });
    expect(await run(2)).toMatchObject({ checks: [{ ...check, state: "before" }] });
  });

  it("that is never there for learners to read leaves nothing behind", async () => {
    await run(11);
    const { stdout } = await platform.host.exec(session.metadata.name, {
      argv: ["bash", "-c", "find ~ /tmp -name 'colour*' -o -name 'tmp.*'"],
    });
    expect(Buffer.from(stdout).toString()).toBe("");
  });
});
