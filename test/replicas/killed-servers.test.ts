import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { startSeveralServers } from "./three-servers.js";
import type { SeveralServers } from "./three-servers.js";
import { WorkingLearner } from "./working-learner.js";

const LEARNERS = 30;
/** How often a server is killed, each time another one. */
const KILLS = 6;
/** The supervisor of a killed server needs about as long to start another. */
const BETWEEN_KILLS_MS = 3_000;
/** An idle machine needs no second, which `npm run bench` holds; one that has other things to do takes its time. */
const BACK_MS = 60_000;

const isLeftOut = isWithout("postgres") || isWithout("kubectl");
let servers: SeveralServers;

beforeAll(async () => {
  if (!isLeftOut) servers = await startSeveralServers();
});
afterAll(() => servers?.close());

it.skipIf(isLeftOut)(
  "servers that are killed in turn while learners work lose no shell, no result and no write they acknowledged",
  async () => {
    const learners = await Promise.all(Array.from({ length: LEARNERS }, () => WorkingLearner.begin(servers)));
    const stop = new AbortController();
    const working = learners.map((learner) => learner.work(stop.signal));
    for (let kill = 0; kill < KILLS; kill += 1) {
      process.kill(servers.replicas[kill % servers.replicas.length]?.pid() ?? 0, "SIGKILL");
      await learners[kill % learners.length]?.pageIsBack(BACK_MS);
      await delay(BETWEEN_KILLS_MS);
    }
    stop.abort();
    await Promise.all(working);
    expect((await Promise.all(learners.map((learner) => learner.losses()))).flat()).toEqual([]);
    expect(learners.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)).toBeGreaterThan(
      LEARNERS,
    );
  },
  600_000,
);
