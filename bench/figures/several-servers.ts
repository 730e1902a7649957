import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { BrowserSession } from "../../test/server/browser-session.js";
import { until } from "../../test/server/lectern-process.js";
import { killInTurn } from "../../test/replicas/kill-in-turn.js";
import { startSeveralServers } from "../../test/replicas/three-servers.js";
import { WorkingLearner } from "../../test/replicas/working-learner.js";
import type { Figure } from "../figure.js";

const CALLERS = 16;
const CALLED_MS = 8_000;
const LEARNERS = 30;
const KILLS = 6;
const BACK_MS = 60_000;

interface Load {
  perSecond: number;
  /** Of all processors, how much was used: what limits where it is all of it. */
  busy: number;
}

let loads: { one: Load; three: Load } | undefined;

/** How much more three servers carry; bound by the processors, which servers, database and callers share here. */
export const requestsOfThree: Figure = {
  name: "requests of one server / of three",
  unit: "x",
  bound: 0.5,
  method: `${String(CALLERS)} callers of a session's state, one after the other each`,
  async measure() {
    loads = { one: await loadOf(1), three: await loadOf(3) };
    return loads.one.perSecond / loads.three.perSecond;
  },
  detail() {
    if (loads === undefined) return "";
    const said = [loads.one, loads.three].map(
      ({ perSecond, busy }) => `${perSecond.toFixed(0)} a second with ${(busy * 100).toFixed(0)} %`,
    );
    return `${said.join(", ")} of ${String(availableParallelism())} processors used: at 100 % they are the limit`;
  },
};

let undisturbedMs = Number.NaN;

/** What a learner waits for a page when a server is killed, while thirty work. */
export const pageAfterKill: Figure = {
  name: "page back after a server was killed",
  unit: "s",
  bound: 3,
  method: `slowest of ${String(LEARNERS)} working learners' pages after any of ${String(KILLS)} kills in turn of three servers that all run; nothing lost`,
  async measure() {
    const servers = await startSeveralServers();
    try {
      const learners = await Promise.all(
        Array.from({ length: LEARNERS }, () => WorkingLearner.begin(servers)),
      );
      const stop = new AbortController();
      const working = learners.map((learner) => learner.work(stop.signal));
      const kills = await killInTurn(servers, learners, KILLS);
      undisturbedMs = Math.max(...kills.map((kill) => kill.undisturbedMs));
      stop.abort();
      await Promise.all(working);
      const losses = (await Promise.all(learners.map((learner) => learner.losses()))).flat();
      if (losses.length > 0) throw new Error(`something was lost: ${losses.join("; ")}`);
      return Math.max(...kills.map(({ backMs }) => backMs)) / 1_000;
    } finally {
      await servers.close();
    }
  },
  detail: () => `${(undisturbedMs / 1_000).toPrecision(2)} s at most where none was killed before`,
};

async function loadOf(count: number): Promise<Load> {
  const servers = await startSeveralServers({ count });
  try {
    const browser = new BrowserSession(servers.url);
    const { id } = await until("a lab can be started", BACK_MS, () =>
      browser.startLab("slow-steps").catch(() => undefined),
    );
    let answers = 0;
    const end = performance.now() + CALLED_MS;
    const before = usedProcessors();
    await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        for (; performance.now() < end; answers += 1) await browser.json("GET", `api/sessions/${id}`);
      }),
    );
    const after = usedProcessors();
    const busy = (after.used - before.used) / (after.all - before.all);
    return { perSecond: answers / (CALLED_MS / 1_000), busy };
  } finally {
    await servers.close();
  }
}

/** Ticks of all processors since the machine was started. */
function usedProcessors(): { used: number; all: number } {
  const ticks =
    readFileSync("/proc/stat", "utf8").split("\n", 1)[0]?.split(/\s+/).slice(1, 9).map(Number) ?? [];
  const all = ticks.reduce((sum, value) => sum + value, 0);
  const [idle = 0, waiting = 0] = ticks.slice(3);
  return { used: all - idle - waiting, all };
}
