import { afterAll, beforeAll, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { killInTurn } from "./kill-in-turn.js";
import { startSeveralServers } from "./three-servers.js";
import type { SeveralServers } from "./three-servers.js";
import { WorkingLearner } from "./working-learner.js";

const LEARNERS = 30;
/** How often a server is killed, each time another one. */
const KILLS = 6;

const isLeftOut = isWithout("postgres") || isWithout("kubectl");
let servers: SeveralServers;

beforeAll(async () => {
  if (!isLeftOut) servers = await startSeveralServers();
});
afterAll(() => servers?.close());

it.skipIf(isLeftOut)(
  "servers that are killed in turn while learners work lose no shell, no result and no write they acknowledged, and each page comes back, how soon is measured by `npm run bench`",
  async () => {
    const learners = await Promise.all(Array.from({ length: LEARNERS }, () => WorkingLearner.begin(servers)));
    const stop = new AbortController();
    const working = learners.map((learner) => learner.work(stop.signal));
    const kills = await killInTurn(servers, learners, KILLS);
    stop.abort();
    await Promise.all(working);
    expect((await Promise.all(learners.map((learner) => learner.losses()))).flat()).toEqual([]);
    expect(kills).toHaveLength(KILLS);
    expect(learners.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)).toBeGreaterThan(
      LEARNERS,
    );
  },
  600_000,
);
