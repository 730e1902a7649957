import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TerminalError } from "../../terminal/common/errors.js";
import type { CommandOutcome, SessionHost } from "../../terminal/common/session-host.js";
import type { StepResult } from "../../workshop/common/api.js";
import type { Lab } from "../../workshop/common/lab.js";
import { compileLabPage } from "../../workshop/common/render-page.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import type { ActivityStore } from "../../workshop/node/activity-store.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { ownCompiler } from "../../workshop/node/page-compiler.js";
import { findStep } from "../../workshop/node/session-step.js";
import type { SessionSettings } from "../../workshop/node/session-environment.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { openActivityDatabase } from "../store/activity-database.js";
import { trackActivity } from "../store/activity-tracker.js";
import type { ActivityTracker } from "../store/activity-tracker.js";
import { createSteps } from "./steps.js";

let folder = "";
let store: ActivityStore;
let activity: ActivityTracker;
let lab: Lab;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-steps-"));
  store = await openActivityDatabase(join(folder, "activity.db"));
  activity = await trackActivity(store);
  writeFileSync(
    join(folder, "lab.md"),
    "# Lab\n\n```execute-1\ntrue\n```\n\n```terminal:input\ntext: y\n```\n",
  );
  lab = await loadLab(join(folder, "lab.md"));
});
afterEach(async () => {
  await activity.close();
  rmSync(folder, { recursive: true });
});

describe("a step that another server began", () => {
  it("goes on under its id when the terminal host remembers the command", async () => {
    const begun = await resume("running", { remembers: true, terminals: 1 });
    expect(begun.ids).toEqual(["the-command-1"]);
  });

  it("is run once when it never reached a host that still has the shells", async () => {
    const begun = await resume("queued", { remembers: false, terminals: 1 });
    expect(begun.ids).toEqual(["the-command-1"]);
  });

  it("gets no verdict, and is not run again, when the host has forgotten it", async () => {
    for (const [state, terminals] of [
      ["running", 1],
      ["queued", 0],
    ] as const) {
      const begun = await resume(state, { remembers: false, terminals });
      expect(begun.ids).toEqual([]);
      expect((await activity.results("s1"))[0]).toMatchObject({
        state: "unknown",
        message: expect.stringContaining("run it again") as string,
      });
    }
  });

  it("is waited for where its host is not heard, and shown as it was until then", async () => {
    await activity.begin({
      session: "s1",
      result: { page: pageName(), step: stepIds()[0] ?? "", number: 0, state: "running", checks: [] },
      command: "the-command",
    });
    const begun: string[] = [];
    const host = hostThat({ remembers: true, terminals: 1, begun });
    const answers = [undefined, undefined, await host.terminals()];
    const terminals: SessionHost["terminals"] = async () => {
      const answer = answers.shift();
      if (answer === undefined) throw new TerminalError("TERMINAL_HOST_LOST", "It is not heard.");
      return answer;
    };
    const steps = stepsWith({ ...host, terminals });
    const resumed = steps.resume(() => ({ session: session(), lab }));
    await expect.poll(() => answers.length).toBeLessThan(3);
    expect((await steps.run(await step())).state).toBe("running");
    await resumed;
    await expect.poll(() => begun).toEqual(["the-command-1"]);
  });

  it("is not typed twice", async () => {
    const begun = await resume("queued", { remembers: false, terminals: 1, step: 1 });
    expect(begun.ids).toEqual([]);
  });

  it("does not keep the server from starting when its page is gone", async () => {
    const begun = await resume("queued", { remembers: false, terminals: 1, page: "gone" });
    expect(begun.ids).toEqual([]);
    expect((await activity.results("s1"))[0]?.state).toBe("unknown");
  });
});

describe("a step that is clicked twice", () => {
  it("is begun once", async () => {
    const begun: string[] = [];
    const steps = stepsWith(hostThat({ remembers: false, terminals: 1, begun }));
    const answers = await Promise.all([steps.run(await step()), steps.run(await step())]);
    expect(answers.map(({ state }) => state)).toEqual(["queued", "queued"]);
    await expect.poll(() => begun).toHaveLength(1);
  });
});

describe("a step that is clicked again", () => {
  it("is begun anew as soon as its verdict can be seen, also while that is just being written", async () => {
    const begun: string[] = [];
    const run: SessionHost["run"] = async (_address, { id }) => {
      begun.push(id);
      return {
        id,
        status: "failed",
        exitStatus: 1,
        output: "",
        outputTruncated: false,
        startedAt: 1,
        durationMs: 1,
      };
    };
    const steps = stepsWith({ ...hostThat({ remembers: false, terminals: 1 }), run });
    const save = store.saveStep.bind(store);
    let again: Promise<StepResult> | undefined;
    vi.spyOn(store, "saveStep").mockImplementation(async (saved) => {
      const isSaved = await save(saved);
      const isSeen = saved.result.state !== "running" && saved.result.state !== "queued";
      if (isSeen) again ??= step().then((clicked) => steps.run(clicked));
      return isSaved;
    });
    await steps.run(await step());
    await expect.poll(() => begun).toHaveLength(2);
    expect((await again)?.state).toBe("queued");
  });
});

describe("a step that is taken back", () => {
  it("is so also before the host has heard of its command", async () => {
    const host = hostThat({ remembers: false, terminals: 1 });
    const answers = [false, false, true];
    const cancel = vi.fn<SessionHost["cancel"]>(async () => answers.shift() ?? true);
    const steps = stepsWith({ ...host, cancel });
    await steps.run(await step());
    await steps.cancel(await step());
    expect(cancel).toHaveBeenCalledTimes(3);
  });
});

describe("the results of a step", () => {
  it("are told in the order they came in, also where one takes long to be written", async () => {
    const told: StepResult[] = [];
    const save = store.saveStep.bind(store);
    vi.spyOn(store, "saveStep").mockImplementation(async (saved) => {
      if (saved.result.state === "running") await new Promise((resolve) => setTimeout(resolve, 50));
      return save(saved);
    });
    const listeners: Parameters<SessionHost["onEvent"]>[0][] = [];
    const onEvent: SessionHost["onEvent"] = (listener) => {
      listeners.push(listener);
      return () => undefined;
    };
    const run: SessionHost["run"] = async (address, { id }) => {
      for (const listener of listeners) listener({ type: "command-started", address, id, startedAt: 1 });
      return {
        id,
        status: "succeeded",
        exitStatus: 0,
        output: "",
        outputTruncated: false,
        startedAt: 1,
        durationMs: 1,
      };
    };
    const steps = stepsWith({ ...hostThat({ remembers: false, terminals: 1 }), onEvent, run }, told);
    await steps.run(await step());
    await expect.poll(() => told.map(({ state }) => state)).toEqual(["queued", "running", "succeeded"]);
  });
});

describe("a step on a full disk", () => {
  const full = new ServerError(serverErrorCodes.diskFull, "There is no room");
  const fill = () => {
    for (const write of ["beginStep", "saveStep"] as const) vi.spyOn(store, write).mockRejectedValue(full);
  };

  it("is refused before it has begun", async () => {
    fill();
    const steps = stepsWith(hostThat({ remembers: false, terminals: 1 }));
    await expect(steps.run(await step())).rejects.toBe(full);
    expect(await activity.results("s1")).toEqual([]);
  });

  it("goes on when it has begun, and its outcome is seen", async () => {
    const told: StepResult[] = [];
    let end: ((outcome: CommandOutcome) => void) | undefined;
    const run: SessionHost["run"] = () => new Promise((resolve) => (end = resolve));
    const steps = stepsWith({ ...hostThat({ remembers: false, terminals: 1 }), run }, told);
    await steps.run(await step());
    fill();
    await expect.poll(() => end).toBeDefined();
    const outcome = { status: "succeeded", exitStatus: 0, output: "", outputTruncated: false } as const;
    end?.({ ...outcome, id: "1", startedAt: 1, durationMs: 1 });
    await expect.poll(() => told.map(({ state }) => state)).toEqual(["queued", "succeeded"]);
    expect((await activity.results("s1")).map(({ state }) => state)).toEqual(["succeeded"]);
  });
});

interface Circumstances {
  remembers: boolean;
  terminals: number;
  page?: string;
  step?: number;
  /** Notes the ids of the commands that were handed to the host. */
  begun?: string[];
}

async function resume(state: StepResult["state"], circumstances: Circumstances): Promise<{ ids: string[] }> {
  const { page = pageName(), step: number = 0 } = circumstances;
  await activity.forget("s1");
  await activity.begin({
    session: "s1",
    result: { page, step: stepIds()[number] ?? "", number, state, checks: [] },
    command: "the-command",
  });
  const begun: string[] = [];
  await stepsWith(hostThat({ ...circumstances, begun })).resume(() => ({ session: session(), lab }));
  await new Promise(setImmediate);
  return { ids: begun };
}

/** A host that knows what the test says, and whose commands never end. */
function hostThat({ remembers, terminals, begun = [] }: Circumstances): SessionHost {
  const addresses = Array.from({ length: terminals }, (_, at) => ({
    address: { session: "s1", terminal: String(at + 1) },
  }));
  const host: Partial<SessionHost> = {
    terminals: async () => addresses as Awaited<ReturnType<SessionHost["terminals"]>>,
    outcome: async () => (remembers ? "running" : undefined),
    open: async () => addresses[0] as Awaited<ReturnType<SessionHost["open"]>>,
    onEvent: () => () => undefined,
    run: (_address, { id }) => {
      begun.push(id);
      return new Promise(() => undefined);
    },
    input: async (_address, text) => void begun.push(text),
  };
  return host as SessionHost;
}

function stepsWith(host: SessionHost, told: StepResult[] = []) {
  return createSteps({
    ...surroundings(),
    host,
    activity,
    log: pino({ level: "silent" }),
    onResult: (_session, result) => void told.push(result),
  });
}

function surroundings() {
  const settings: SessionSettings = {
    urlOf: (name) => name,
    environment: {},
    shellEnvironment: () => ({}),
    platformTargets: () => [],
  };
  const client = { config: { getCurrentCluster: () => null } };
  return { compiler: ownCompiler(), settings, client: client as unknown as KubernetesClient };
}

function step() {
  return findStep({ session: session(), lab, page: pageName(), step: stepIds()[0] ?? "" }, surroundings());
}

function stepIds(): string[] {
  return lab.pages.flatMap((page) => compileLabPage(lab, page, {}).actions.map((action) => action.view.step));
}

function pageName(): string {
  return lab.pages[0]?.name ?? "";
}

function session(): SessionResource {
  return {
    apiVersion: "lectern.dev/v1alpha1",
    kind: "Session",
    metadata: { name: "s1" },
    spec: { lab: lab.name, minutes: 1, expiresAt: "", namespace: "s1", organization: "s1" },
  };
}
