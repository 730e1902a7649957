import { EventEmitter, once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crowdingBesideTests } from "../../terminal/node/crowding-for-tests.js";
import type { SessionHost, TerminalAddress } from "../../terminal/common/session-host.js";
import type { StepResult } from "../../workshop/common/api.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { type StepRunOptions, runStep } from "../../workshop/node/run-step.js";
import { findStep, interruptStep } from "../../workshop/node/session-step.js";
import { createSession, endSession } from "../../workshop/node/sessions.js";
import { processesOf } from "../server/lectern-process.js";
import { stepIds } from "./step-ids.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const file = new URL("./testdata/steps.md", import.meta.url).pathname;

let platform: TestPlatform;
let lab: Lab;
let session: SessionResource;

beforeAll(async () => {
  platform = await startTestPlatform();
  lab = await loadLab(file);
  session = await newSession();
});

afterAll(() => platform.close());

describe("a step", () => {
  it("is queued, runs, and ends with the command's status and output", async () => {
    const seen: StepResult[] = [];
    const result = await run(0, { onProgress: (progress) => void seen.push(progress) });
    expect(result).toMatchObject({
      state: "succeeded",
      exitStatus: 0,
      output: expect.stringContaining("done") as string,
    });
    expect(result.durationMs).toBeGreaterThanOrEqual(0);
    expect(seen[0]?.state).toBe("queued");
    expect(seen.at(-1)).toEqual(result);
  });

  it("that takes longer than its author expected is told to be overdue, and has its verdict all the same", async () => {
    const seen: StepResult[] = [];
    const result = await run(9, { onProgress: (progress) => void seen.push(progress) });
    expect(seen.filter(({ isOverdue }) => isOverdue === true).map(({ state }) => state)).toEqual(["running"]);
    expect(result).toMatchObject({ state: "succeeded", exitStatus: 0 });
  });

  it("ticks as soon as the cluster is as it should be", async () => {
    const progress = new EventEmitter();
    const waiting = once(progress, "waiting");
    const onProgress = ({ checks }: StepResult): void => {
      if (checks[0]?.state === "waiting") progress.emit("waiting");
    };
    const step = run(1, { onProgress });
    await waiting;
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "late" }, data: { answer: "yes" } };
    await platform.client.create(`/api/v1/namespaces/${session.spec.namespace}/configmaps`, body);
    const created = performance.now();
    expect(await step).toMatchObject({ state: "succeeded", checks: [{ state: "passed" }] });
    expect(performance.now() - created).toBeLessThan(1_000 * crowdingBesideTests());
  });

  it("that is interrupted says so", async () => {
    const step = run(2);
    await expect.poll(() => processesOf("60606")).not.toEqual([]);
    await interruptStep(platform, await find(2));
    expect((await step).state).toBe("interrupted");
  });

  it("whose shell has ended since it was opened is run in a new one, and says so where that ends as well", async () => {
    let endings = 1;
    const endsFirst = async <Result>(
      address: TerminalAddress,
      act: () => Promise<Result>,
    ): Promise<Result> => {
      if (endings > 0) await platform.host.endShell(address);
      endings -= 1;
      return act();
    };
    const host: SessionHost = {
      ...platform.host,
      run: (address, command) => endsFirst(address, () => platform.host.run(address, command)),
    };
    const options = { throwsPlatformFailures: true };
    expect(await runStep({ ...platform, host }, await find(0), options)).toMatchObject({
      state: "succeeded",
      exitStatus: 0,
    });
    endings = 2;
    const { state, message } = await runStep({ ...platform, host }, await find(0), options);
    expect([state, message]).toEqual(["unknown", expect.stringContaining("ends as soon as it begins")]);
  });

  it("that should fail and does is an expected failure", async () => {
    expect(await run(3)).toMatchObject({
      state: "expected-failure",
      checks: [{ state: "passed" }, { state: "passed" }],
    });
  });

  it("whose condition does not come true in time fails, naming it", async () => {
    expect(await run(4)).toMatchObject({
      state: "failed",
      exitStatus: 0,
      message: expect.stringContaining("The config map never does not exist yet.") as string,
    });
  });

  it("whose output is not as expected says so, and keeps in sight what was not looked at", async () => {
    const { state, message, checks } = await run(8);
    expect([state, message]).toEqual([
      "failed",
      expect.stringContaining("The output does not show something-else."),
    ]);
    expect(checks.map((check) => [check.text, check.state])).toEqual([
      ["The output shows something-else", "failed"],
      ["Config map late exists", "idle"],
      ["Config map other exists", "idle"],
    ]);
  });

  it("that happens in the browser, or nowhere, cannot be run", async () => {
    await expect(run(5)).rejects.toMatchObject({ code: "SESSION_STEP_NOT_RUNNABLE" });
    await expect(find(99)).rejects.toMatchObject({ code: "SESSION_PAGE_CHANGED" });
  });

  it("whose session ends while it waits is unknown at once, and not what an emptied namespace looks like", async () => {
    const other = await newSession();
    const waiting = new EventEmitter();
    const seen = once(waiting, "waiting");
    const onProgress = ({ checks }: StepResult): void => {
      if (checks.length > 0) waiting.emit("waiting");
    };
    const step = run(7, { onProgress }, other);
    await seen;
    await endSession(platform.client, other.metadata.name);
    expect(await step).toMatchObject({
      state: "unknown",
      message: expect.stringContaining("the session ended") as string,
    });
  });

  it("whose waiting is over before its condition is looked at ends at once", async () => {
    const signal = AbortSignal.abort(new Error("stopped by hand"));
    const step = run(7, { signal });
    expect(await step).toMatchObject({
      state: "unknown",
      message: expect.stringContaining("stopped by hand") as string,
    });
  });

  it("done by hand is judged by its condition alone, which says nothing where it was true before", async () => {
    const text = "Config map late exists";
    const seenBefore = [{ text, state: "waiting" as const }];
    expect(await run(6, { baseline: seenBefore })).toMatchObject({
      state: "succeeded",
      checks: [{ text, state: "passed" }],
    });
    expect(await run(6)).toMatchObject({ state: "idle", checks: [{ text, state: "before" }] });
  });

  it("whose condition was true before says so, and is judged by its command", async () => {
    expect(await run(1)).toMatchObject({ state: "succeeded", checks: [{ state: "before" }] });
  });
});

async function newSession(): Promise<SessionResource> {
  const pending = await createSession(platform.client, lab, { startedBy: "learner" });
  return platform.provisioner.provision(pending, lab);
}

/** The step of that number, counted from 0. */
function find(number: number, of = session) {
  const step = stepIds(lab, "steps")[number] ?? "";
  return findStep({ session: of, lab, page: "steps", step }, platform);
}

async function run(step: number, options: StepRunOptions = {}, of = session): Promise<StepResult> {
  return runStep(platform, await find(step, of), options);
}
