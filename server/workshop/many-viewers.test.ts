import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionEvent } from "../../workshop/common/api.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import type { ActivityStore } from "../../workshop/node/activity-store.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import type { SessionSettings } from "../../workshop/node/session-environment.js";
import { SessionQueue } from "../../workshop/node/session-queue.js";
import { isLive } from "../http/terminal-sockets.js";
import { openActivityDatabase } from "../store/activity-database.js";
import { trackActivity } from "../store/activity-tracker.js";
import type { ActivityTracker } from "../store/activity-tracker.js";
import { createWorkshop } from "./create-workshop.js";
import type { WorkshopParts } from "./create-workshop.js";
import { createPersonNames } from "../event/person-names.js";
import { createInstructorTable } from "./instructor-table.js";
import { rowOf } from "./instructor-row.js";
import { createSessionCache } from "./session-cache.js";
import { createSessionFollowers } from "./session-follower.js";
import { tellSession } from "./session-views.js";

const SESSIONS = 500;
const names = Array.from({ length: SESSIONS }, (_, at) => `s${String(at)}`);

let folder = "";
let lab: Lab;
let store: ActivityStore;
let activity: ActivityTracker;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-many-"));
  writeFileSync(join(folder, "lab.md"), "# Lab\n\n```execute-1\ntrue\n```\n");
  lab = await loadLab(join(folder, "lab.md"));
  store = await openActivityDatabase(join(folder, "activity.db"));
  activity = await trackActivity(store);
});
afterEach(async () => {
  await activity.close();
  rmSync(folder, { recursive: true });
});

describe("with 500 sessions, each with a viewer", () => {
  it("nobody who asks for one session has all of them looked at", async () => {
    const { workshop, parts } = surroundings();
    const all = vi.spyOn(parts.cache, "all");
    for (const name of names) expect(workshop.find(name)?.id).toBe(name);
    for (const name of names) workshop.touch(name);
    for (const name of names.slice(0, 5)) await workshop.view(name);
    for (const name of names) expect(isLive(workshop, name)).toBe(true);
    expect([workshop.liveSessions(), workshop.find("none")]).toEqual([SESSIONS, undefined]);
    expect(all).not.toHaveBeenCalled();
    parts.table.close();
  });

  it("the change of one is told to who follows it, and its results are read once", async () => {
    const { workshop, parts } = surroundings();
    const read = vi.spyOn(store, "results");
    const told: string[] = [];
    for (const name of names)
      await workshop.follow(
        name,
        (event: SessionEvent) => void (event.type === "session" && told.push(event.session.id)),
      );
    expect([told.length, read.mock.calls.length]).toEqual([SESSIONS, SESSIONS]);
    told.length = 0;
    for (let time = 0; time < 10; time += 1) await tellSession(parts, "s7");
    expect(told).toEqual(Array.from({ length: 10 }, () => "s7"));
    expect(read).toHaveBeenCalledTimes(SESSIONS);
    parts.table.close();
  });
});

/** The workshop with everything that is asked here; what would need a cluster or shells is left away. */
function surroundings() {
  const cache = createSessionCache();
  for (const name of names) cache.put(session(name));
  const own = {
    labs: new Map([[lab.name, lab]]),
    refreshLabs: () => Promise.resolve(),
    abilities: { pods: "any" },
    provisioning: new SessionQueue(),
    followers: createSessionFollowers(),
    activity,
    tokens: { forFiles: () => "key" },
    cache,
    names: createPersonNames({ ofSession: () => Promise.resolve(undefined) }, () => undefined),
    client: { config: { getCurrentCluster: () => null } } as unknown as KubernetesClient,
    settings: {
      urlOf: (name: string) => name,
      environment: {},
      shellEnvironment: () => ({}),
    } as unknown as SessionSettings,
  };
  const table = createInstructorTable((name) => rowOf(own, name, Date.now()));
  const parts = { ...own, table } as unknown as WorkshopParts;
  return { workshop: createWorkshop(parts), parts };
}

function session(name: string): SessionResource {
  return {
    apiVersion: "lectern.dev/v1alpha1",
    kind: "Session",
    metadata: { name },
    spec: {
      lab: lab.name,
      minutes: 60,
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      namespace: name,
      organization: name,
    },
    status: { phase: "Active", provisioning: [] },
  };
}
