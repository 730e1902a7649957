import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TestCluster } from "./cluster-for-tests.js";
import { startTestCluster } from "./cluster-for-tests.js";
import { dueTimes } from "./cron-schedule.js";
import { ManualClock } from "./manual-clock.js";
import type { CronJob } from "./object-kinds.js";
import { cronJobs, jobs, statusOf } from "./resource-refs.js";

const MINUTE_MS = 60_000;
const namespace = "lab";
const nameAt = (time: string): string => `tick-${Date.parse(time) / MINUTE_MS}`;

describe("a CronJob", () => {
  let clock: ManualClock;
  let cluster: TestCluster;
  beforeEach(async () => {
    clock = new ManualClock("2026-01-01T00:00:30Z");
    cluster = await startTestCluster({ clock });
    await cluster.createNamespace(namespace);
  });
  afterEach(() => cluster.stop());

  const jobNames = (): string[] =>
    cluster.api.list(jobs, { namespace }).map(({ metadata }) => metadata.name ?? "");
  const create = async (spec: object = {}): Promise<void> => {
    const podSpec = { containers: [{ name: "a", image: "busybox" }], restartPolicy: "Never" };
    await cluster.apply({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "tick", namespace },
      spec: { schedule: "*/5 * * * *", jobTemplate: { spec: { template: { spec: podSpec } } }, ...spec },
    });
    await cluster.until("a timer for the next run", () => (clock.nextMs ?? 0) > 0);
  };
  const status = (): CronJob["status"] =>
    (cluster.api.get(cronJobs, { namespace, name: "tick" }) as CronJob).status;
  const finish = async (name: string): Promise<void> => {
    const job = structuredClone(cluster.api.get(jobs, { namespace, name }));
    const times = { lastTransitionTime: clock.now().toISOString(), lastProbeTime: clock.now().toISOString() };
    const conditions = [{ type: "Complete", status: "True", ...times }];
    job["status"] = { ...(job["status"] as object), conditions, completionTime: clock.now().toISOString() };
    await cluster.api.update(statusOf(jobs), job, { user: cluster.admin });
  };

  it("starts a Job of its own each time it is due, and notes it", async () => {
    await create();
    expect(jobNames()).toEqual([]);
    clock.advance(5 * MINUTE_MS);
    await cluster.until("the first job", () => jobNames().length === 1);
    expect(jobNames()).toEqual([nameAt("2026-01-01T00:05:00Z")]);
    await cluster.until("its status", () => status()?.active?.length === 1);
    expect(status()?.lastScheduleTime).toBe("2026-01-01T00:05:00Z");
    const cronJob = cluster.api.get(cronJobs, { namespace, name: "tick" });
    await cluster.until("its event", () =>
      cluster.eventsOf(cronJob).includes(`SuccessfulCreate: Created job ${nameAt("2026-01-01T00:05:00Z")}`),
    );
    clock.advance(5 * MINUTE_MS);
    await cluster.until("the second job", () => jobNames().length === 2);
  });

  it("starts nothing while it is suspended, or its last Job runs and may not be joined", async () => {
    await create({ concurrencyPolicy: "Forbid" });
    clock.advance(5 * MINUTE_MS);
    await cluster.until("the first job", () => status()?.active?.length === 1);
    const first = jobNames()[0] ?? "";
    await cluster.api.patch(
      jobs,
      { namespace, name: first },
      { type: "merge", body: { spec: { suspend: true } } },
      { user: cluster.admin },
    );
    clock.advance(5 * MINUTE_MS);
    const cronJob = cluster.api.get(cronJobs, { namespace, name: "tick" });
    await cluster.until("a word on it", () =>
      cluster.eventsOf(cronJob).some((text) => text.startsWith("JobAlreadyActive")),
    );
    expect(jobNames()).toEqual([first]);
  });

  it("keeps the last three Jobs that succeeded", async () => {
    await create();
    for (let run = 1; run <= 5; run++) {
      clock.advance(5 * MINUTE_MS);
      const name = nameAt(new Date(Date.parse("2026-01-01T00:00:00Z") + run * 5 * MINUTE_MS).toISOString());
      await cluster.until(`job ${run}`, () => jobNames().includes(name));
      await cluster.until("its status", () => status()?.active?.length === 1);
      await finish(name);
      await cluster.until("its end", () => status()?.active === undefined);
    }
    await cluster.until("three jobs", () => jobNames().length === 3);
    expect(status()?.lastSuccessfulTime).toBeDefined();
  });
});

describe("a schedule", () => {
  const earliest = new Date("2026-03-28T12:00:00Z");

  it("is due at most once for all the times it was missed", () => {
    const due = dueTimes({ schedule: "@hourly" }, { earliest, now: new Date("2026-03-28T15:30:00Z") });
    expect(due.latest).toEqual(new Date("2026-03-28T15:00:00Z"));
    expect(due.next).toEqual(new Date("2026-03-28T16:00:00Z"));
  });

  it("is due in the very second, and not again", () => {
    const now = new Date("2026-03-28T13:00:00Z");
    expect(dueTimes({ schedule: "0 * * * *" }, { earliest, now }).latest).toEqual(now);
    expect(dueTimes({ schedule: "0 * * * *" }, { earliest: now, now }).latest).toBeUndefined();
  });

  it("follows the clocks of its time zone", () => {
    const now = new Date("2026-03-30T00:00:00Z");
    const due = dueTimes({ schedule: "0 9 * * *", timeZone: "Europe/Berlin" }, { earliest, now });
    expect(due.latest).toEqual(new Date("2026-03-29T07:00:00Z"));
  });
});
