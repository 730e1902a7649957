import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { Lab } from "../../workshop/common/lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import type { Jump } from "../../workshop/node/move-sessions.js";
import { SessionClock } from "../../workshop/node/session-clock.js";
import { startSessionController } from "../../workshop/node/session-controller.js";
import { createSession, getSession } from "../../workshop/node/sessions.js";
import { Turns } from "../../workshop/node/turns.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

const HOUR_MS = 3_600_000;
const DEADLINE = { timeout: 60_000 };
let platform: TestPlatform;
let lab: Lab;
let stops: (() => void)[] = [];

beforeAll(async () => {
  platform = await startTestPlatform();
  lab = await loadLab(new URL("./testdata/one-page.md", import.meta.url).pathname);
});
afterEach(() => {
  for (const stop of stops) stop();
  stops = [];
});
afterAll(() => platform?.close());

describe("a clock that jumps while the cluster answers only in part", () => {
  it("has each session and each kept seat moved once, however often that is tried again", async () => {
    const [one, other] = [await wanted(), await wanted()];
    const [ends, others] = [await endOf(one), await endOf(other)];
    const server = await startServer();
    server.refused.add(other);
    server.set(HOUR_MS);
    await expect.poll(() => server.errors, DEADLINE).toBeGreaterThan(2);
    expect([await endOf(one), await endOf(other)]).toEqual([ends + HOUR_MS, others]);
    expect(server.jumps).toHaveLength(1);
    server.refused.clear();
    await expect.poll(() => endOf(other), DEADLINE).toBe(others + HOUR_MS);
    await expect.poll(() => server.clock.jump(), DEADLINE).toBe(0);
    expect([await endOf(one), server.jumps.map(({ ms }) => ms)]).toEqual([ends + HOUR_MS, [HOUR_MS]]);
  });

  it("leaves none moved where it is set back before all were", async () => {
    const [one, other] = [await wanted(), await wanted()];
    const [ends, others] = [await endOf(one), await endOf(other)];
    const server = await startServer();
    server.refused.add(other);
    server.set(-HOUR_MS / 10);
    await expect.poll(() => endOf(one), DEADLINE).toBe(ends - HOUR_MS / 10);
    await expect.poll(() => server.errors, DEADLINE).toBeGreaterThan(0);
    server.set(0);
    server.refused.clear();
    await expect.poll(() => endOf(one), DEADLINE).toBe(ends);
    await expect.poll(() => server.clock.jump(), DEADLINE).toBe(0);
    expect([await endOf(other), server.jumps.reduce((sum, { ms }) => sum + ms, 0)]).toEqual([others, 0]);
  });

  it("goes by the time as it is although one session cannot be moved, which is not over by that", async () => {
    const [one, other] = [await wanted(), await wanted()];
    const [ends, others] = [await endOf(one), await endOf(other)];
    const server = await startServer({ isLeader: true }, 1_500);
    server.refused.add(other);
    server.set(24 * HOUR_MS);
    await expect.poll(() => server.errors, DEADLINE).toBeGreaterThan(1);
    await expect.poll(() => server.clock.jump(), DEADLINE).toBe(0);
    const before = server.errors;
    await expect.poll(() => server.errors, DEADLINE).toBeGreaterThan(before + 2);
    expect([await endOf(one), await endOf(other)]).toEqual([ends + 24 * HOUR_MS, others]);
    expect(await isEnding(other)).toBe(false);
    server.refused.clear();
    await expect.poll(() => endOf(other), DEADLINE).toBe(others + 24 * HOUR_MS);
    server.set(0);
    await expect.poll(() => endOf(other), DEADLINE).toBe(others);
  });

  it("ends none that is moved by a clock set back while another cannot be", async () => {
    const [one, other] = [await wanted(), await wanted()];
    const [ends, others] = [await endOf(one), await endOf(other)];
    const server = await startServer();
    server.refused.add(other);
    server.set(-24 * HOUR_MS);
    await expect.poll(() => endOf(one), DEADLINE).toBe(ends - 24 * HOUR_MS);
    const before = server.errors;
    await expect.poll(() => server.errors, DEADLINE).toBeGreaterThan(before + 2);
    expect([await isEnding(one), await isEnding(other)]).toEqual([false, false]);
    server.refused.clear();
    await expect.poll(() => endOf(other), DEADLINE).toBe(others - 24 * HOUR_MS);
    server.set(0);
    await expect.poll(() => endOf(one), DEADLINE).toBe(ends);
  });

  it("has the sessions moved that a server has left which died, and not again those that it has moved", async () => {
    const [one, other] = [await wanted(), await wanted()];
    const [ends, others] = [await endOf(one), await endOf(other)];
    const [dying, next] = [await startServer(), await startServer({ isLeader: false })];
    dying.refused.add(other);
    for (const server of [dying, next]) server.set(HOUR_MS);
    await expect.poll(() => endOf(one), DEADLINE).toBe(ends + HOUR_MS);
    dying.stop();
    next.leadership.isLeader = true;
    await expect.poll(() => endOf(other), DEADLINE).toBe(others + HOUR_MS);
    await expect.poll(() => next.clock.jump(), DEADLINE).toBe(0);
    expect(await endOf(one)).toBe(ends + HOUR_MS);
    // Seats have no marks: they are not moved again where a session was.
    expect([dying.jumps.length, next.jumps.length]).toEqual([1, 0]);
    // Another as far, later, is another.
    next.set(0);
    await expect.poll(() => endOf(one), DEADLINE).toBe(ends);
  });
});

function steady(): number {
  return performance.now();
}

/** A server that looks after sessions, by a clock that the test sets, and some of whose changes the cluster refuses. */
async function startServer(leadership = { isLeader: true }, patienceMs = 30_000) {
  let setBy = 0;
  const started = Date.now() - steady();
  // Of one machine: nothing but the test sets it.
  const clock = new SessionClock({ wall: () => started + steady() + setBy, steady });
  const refused = new Set<string>();
  const server = {
    clock,
    leadership,
    refused,
    jumps: [] as Jump[],
    errors: 0,
    set: (ms: number) => void (setBy = ms),
  };
  const merge: KubernetesClient["merge"] = (path, ...rest) =>
    refused.has(path.split("/").at(-1) ?? "")
      ? Promise.reject(new Error("the cluster does not answer"))
      : platform.client.merge(path, ...rest);
  const client = new Proxy(platform.client, {
    get: (target, name) => {
      const value: unknown = name === "merge" ? merge : Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
  const { host, settings } = platform;
  const stop = await startSessionController({
    client: platform.client,
    host,
    clock,
    leadership,
    patienceMs,
    server: settings.server ?? "",
    renewing: { ...platform, client, host, turns: new Turns() },
    onJump: async (jump) => void server.jumps.push(jump),
    onError: () => void (server.errors += 1),
  });
  stops.push(stop);
  return {
    ...server,
    stop,
    get errors() {
      return server.errors;
    },
  };
}

async function wanted(): Promise<string> {
  const { settings, client } = platform;
  return (await createSession(client, lab, { startedBy: "learner", server: settings.server })).metadata.name;
}

async function endOf(name: string): Promise<number> {
  return Date.parse((await getSession(platform.client, name)).spec.expiresAt);
}

async function isEnding(name: string): Promise<boolean> {
  return (await getSession(platform.client, name)).metadata.deletionTimestamp !== undefined;
}
