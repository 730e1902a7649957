import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openActivityDatabase } from "../../server/store/activity-database.js";
import { trackActivity } from "../../server/store/activity-tracker.js";
import type { ActivityTracker } from "../../server/store/activity-tracker.js";
import { type PageWatch, createPageWatch } from "../../server/workshop/page-watch.js";
import { type Steps, createSteps } from "../../server/workshop/steps.js";
import type { StepResult } from "../../workshop/common/api.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { createClusterClient } from "../../policy/node/cluster-client.js";
import { createHierarchyStore } from "../../policy/node/hierarchy-store.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { findStep } from "../../workshop/node/session-step.js";
import { createSession, endSession } from "../../workshop/node/sessions.js";
import { stepIds } from "./step-ids.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const MANUAL = `# By hand

\`\`\`manual until="policy/pin recipe=require-digest in-force" until="configmap/made"
Create the policy, and a config map.
\`\`\`
`;
const SOON = { timeout: 30_000, interval: 20 };
const folder = mkdtempSync(join(tmpdir(), "lectern-manual-"));
const log = pino({ level: "silent" });

let platform: TestPlatform;
let lab: Lab;
let session: SessionResource;
let activity: ActivityTracker;
let steps: Steps;
let pages: PageWatch;
let told: StepResult[];

beforeAll(async () => {
  platform = await startTestPlatform();
  writeFileSync(join(folder, "manual.md"), MANUAL);
  lab = await loadLab(join(folder, "manual.md"));
  activity = await trackActivity(await openActivityDatabase(join(folder, "activity.db")));
});

afterAll(async () => {
  await activity.close();
  await platform.close();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  told = [];
  const onResult = (_session: string, result: StepResult) => void told.push(result);
  steps = createSteps({ ...platform, activity, log, onResult });
  pages = createPageWatch({ ...platform, steps, log });
  session = await newSession();
});

afterEach(() => pages.close());

describe("what a page asks a person to do", () => {
  it("ticks by itself as soon as it is done, and stays done when it is undone", async () => {
    await show(session);
    await createPolicy(session);
    await vi.waitFor(() => expect(states()).toEqual(["passed", "waiting"]), SOON);
    expect(told.at(-1)?.state).toBe("idle");
    await createConfigMap(session);
    await vi.waitFor(() => expect(told.at(-1)?.state).toBe("succeeded"), SOON);
    expect(await activity.results(session.metadata.name)).toMatchObject([{ number: 0, state: "succeeded" }]);
    await platform.policies.service.deletePolicy(session.spec.organization, { name: "pin" });
    const step = await findStep(
      { session, lab, page: "manual", step: stepIds(lab, "manual")[0] ?? "" },
      platform,
    );
    expect(await steps.run(step)).toMatchObject({ state: "succeeded" });
  });

  it("was so before it was asked for, and counts when it has been otherwise", async () => {
    await createConfigMap(session);
    await createPolicy(session);
    await vi.waitFor(async () => expect(await isWrittenInForce(session)).toBe(true), SOON);
    await show(session);
    expect(states()).toEqual(["before", "before"]);
    expect(told.at(-1)?.state).toBe("idle");
    await platform.policies.service.deletePolicy(session.spec.organization, { name: "pin" });
    await vi.waitFor(() => expect(states()).toEqual(["waiting", "before"]), SOON);
    pages.stop(session.metadata.name);
    await show(session);
    await createPolicy(session);
    await vi.waitFor(() => expect(told.at(-1)?.state).toBe("succeeded"), SOON);
    expect(states()).toEqual(["passed", "before"]);
  });

  it("is not done by another organization", async () => {
    const other = await newSession();
    await show(session);
    await createConfigMap(session);
    await createPolicy(other);
    await vi.waitFor(() => expect(states()).toEqual(["waiting", "passed"]), SOON);
    expect(told.map(({ state }) => state)).not.toContain("succeeded");
    await createPolicy(session);
    await vi.waitFor(() => expect(told.at(-1)?.state).toBe("succeeded"), SOON);
  });

  it("is not watched after the learner has left the page", async () => {
    await show(session);
    await createPolicy(session);
    await vi.waitFor(() => expect(states()).toEqual(["passed", "waiting"]), SOON);
    pages.stop(session.metadata.name);
    const before = told.length;
    await createConfigMap(session);
    const other = await newSession();
    await show(other);
    await createConfigMap(other);
    await vi.waitFor(() => expect(states()).toEqual(["waiting", "passed"]), SOON);
    expect(told.slice(before).filter(({ checks }) => checks[1]?.state === "passed")).toHaveLength(1);
  });

  it("is not watched after the session has ended", async () => {
    await show(session);
    await createPolicy(session);
    await vi.waitFor(() => expect(states()).toEqual(["passed", "waiting"]), SOON);
    await endSession(platform.client, session.metadata.name);
    expect(told.map(({ state }) => state)).not.toContain("succeeded");
  });
});

/** Shows the page and waits until what is so already has been looked at. */
async function show(of: SessionResource): Promise<void> {
  const before = told.length;
  pages.show({ session: of, lab, page: "manual" });
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(before), SOON);
}

function states(): string[] | undefined {
  return told.at(-1)?.checks.map(({ state }) => state);
}

async function newSession(): Promise<SessionResource> {
  const pending = await createSession(platform.client, lab, { startedBy: "learner" });
  return platform.provisioner.provision(pending, lab);
}

async function createPolicy({ spec }: SessionResource): Promise<void> {
  await platform.policies.service.applyPolicy(spec.organization, {
    fullName: { name: "pin" },
    spec: { type: "image-policy", recipe: "require-digest", recipeVersion: "v1", input: { audit: false } },
  });
}

/** The status of a policy follows the answer that it is in force. */
async function isWrittenInForce({ spec }: SessionResource): Promise<boolean> {
  const store = createHierarchyStore(await createClusterClient(platform.kubeConfig));
  const stored = await store.get("imagepolicies", `${spec.organization}.pin`);
  return stored?.status?.inForce === true;
}

async function createConfigMap({ spec }: SessionResource): Promise<void> {
  await platform.client.create(`/api/v1/namespaces/${spec.namespace}/configmaps`, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "made" },
  });
}
