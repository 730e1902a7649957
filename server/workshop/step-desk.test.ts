import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { StepResult } from "../../workshop/common/api.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import type { StepRequest, StepRunner } from "../../workshop/node/step-runner.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { openActivityDatabase } from "../store/activity-database.js";
import type { ActivityDatabase } from "../store/activity-database.js";
import { createStepDesk } from "./step-desk.js";

let folder = "";
let activity: ActivityDatabase;
let lab: Lab;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-desk-"));
  activity = openActivityDatabase(join(folder, "activity.db"));
  writeFileSync(
    join(folder, "lab.md"),
    "# Lab\n\n```execute-1\ntrue\n```\n\n```terminal:input\ntext: y\n```\n",
  );
  lab = await loadLab(join(folder, "lab.md"));
});
afterEach(() => {
  activity.close();
  rmSync(folder, { recursive: true });
});

describe("a step that another server began", () => {
  it("goes on under its id when the terminal host remembers the command", async () => {
    const begun = await resume("running", { remembers: true, terminals: 1 });
    expect(begun.ids).toEqual(["the-command"]);
  });

  it("is run once when it never reached a host that still has the shells", async () => {
    const begun = await resume("queued", { remembers: false, terminals: 1 });
    expect(begun.ids).toEqual(["the-command"]);
  });

  it("gets no verdict, and is not run again, when the host has forgotten it", async () => {
    for (const [state, terminals] of [
      ["running", 1],
      ["queued", 0],
    ] as const) {
      const begun = await resume(state, { remembers: false, terminals });
      expect(begun.ids).toEqual([]);
      expect(activity.resultsNow("s1")[0]).toMatchObject({
        state: "unknown",
        message: expect.stringContaining("run it again") as string,
      });
    }
  });

  it("is not typed twice", async () => {
    const begun = await resume("queued", { remembers: false, terminals: 1, step: 1 });
    expect(begun.ids).toEqual([]);
  });

  it("does not keep the server from starting when its page is gone", async () => {
    const begun = await resume("queued", { remembers: false, terminals: 1, page: "gone" });
    expect(begun.ids).toEqual([]);
    expect(activity.resultsNow("s1")[0]?.state).toBe("unknown");
  });
});

describe("a step that is clicked twice", () => {
  it("is begun once", async () => {
    const ids: string[] = [];
    const desk = stepsWith(ids, { remembers: false, terminals: 1 });
    const step = { session: session(), lab, page: pageName(), step: 0 };
    const answers = await Promise.all([desk.begin(step), desk.begin(step)]);
    expect([ids.length, ...answers.map(({ state }) => state)]).toEqual([1, "queued", "queued"]);
  });
});

describe("a step on a full disk", () => {
  const full = new ServerError(serverErrorCodes.diskFull, "There is no room");

  it("is refused before it has begun", async () => {
    vi.spyOn(activity, "saveStep").mockImplementation(() => {
      throw full;
    });
    const desk = stepsWith([], { remembers: false, terminals: 1 });
    await expect(desk.begin({ session: session(), lab, page: pageName(), step: 0 })).rejects.toBe(full);
    expect(activity.resultsNow("s1")).toEqual([]);
  });

  it("goes on when it has begun, and its outcome is seen", async () => {
    const told: StepResult[] = [];
    let outcome: ((state: StepResult["state"]) => void) | undefined;
    const runner: Pick<StepRunner, "run"> = {
      run: ({ page, step, onProgress }: StepRequest) => {
        const tell = (state: StepResult["state"]) => onProgress?.({ page, step, state, checks: [] });
        tell("queued");
        outcome = tell;
        return new Promise(() => undefined);
      },
    };
    const desk = stepsWith([], { remembers: false, terminals: 1 }, { runner, told });
    await desk.begin({ session: session(), lab, page: pageName(), step: 0 });
    vi.spyOn(activity, "saveStep").mockImplementation(() => {
      throw full;
    });
    outcome?.("succeeded");
    expect(told.map(({ state }) => state)).toEqual(["queued", "succeeded"]);
    expect(activity.resultsNow("s1").map(({ state }) => state)).toEqual(["succeeded"]);
  });
});

interface Circumstances {
  remembers: boolean;
  terminals: number;
  page?: string;
  step?: number;
}

async function resume(state: StepResult["state"], circumstances: Circumstances): Promise<{ ids: string[] }> {
  const { page = pageName(), step = 0 } = circumstances;
  activity.keepOnly([]);
  activity.saveStep("s1", { page, step, state, checks: [] }, "the-command");
  const ids: string[] = [];
  await stepsWith(ids, circumstances).resume(() => ({ session: session(), lab }));
  return { ids };
}

/** A runner that notes the ids it was given and never ends, and a host that knows what the test says. */
function stepsWith(
  ids: string[],
  { remembers, terminals }: Circumstances,
  { runner, told = [] }: { runner?: Pick<StepRunner, "run">; told?: StepResult[] } = {},
) {
  const endless: Pick<StepRunner, "run"> = {
    run: ({ id = "", page, step, onProgress }: StepRequest) => {
      ids.push(id);
      onProgress?.({ page, step, state: "queued", checks: [] });
      return new Promise(() => undefined);
    },
  };
  const addresses = Array.from({ length: terminals }, (_, at) => ({
    address: { session: "s1", terminal: String(at + 1) },
  }));
  const host: Pick<SessionHost, "list" | "outcome"> = {
    list: async () => addresses as Awaited<ReturnType<SessionHost["list"]>>,
    outcome: async () => (remembers ? "running" : undefined),
  };
  return createStepDesk({
    runner: (runner ?? endless) as StepRunner,
    host: host as SessionHost,
    activity,
    log: pino({ level: "silent" }),
    onResult: (_session, result) => void told.push(result),
  });
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
