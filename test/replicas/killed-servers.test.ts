import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { PageView, SessionView, StepResult } from "../../workshop/common/api.js";
import { isWithout } from "../requirements/without.js";
import { BrowserSession } from "../server/browser-session.js";
import { homeOf, until } from "../server/lectern-process.js";
import { startSeveralServers } from "./three-servers.js";
import type { SeveralServers } from "./three-servers.js";

/** Each of them costs a shell; together with the servers they are what two processors carry. */
const LEARNERS = 10;
/** How often a server is killed, each time another one. */
const KILLS = 6;
/** The supervisor of a killed server needs about as long to start another. */
const BETWEEN_KILLS_MS = 3_000;
/** An idle machine needs no second; one that has other things to do takes its time. */
const BACK_MS = 15_000;

const isLeftOut = isWithout("postgres") || isWithout("kubectl");
let servers: SeveralServers;

beforeAll(async () => {
  if (!isLeftOut) servers = await startSeveralServers();
});
afterAll(() => servers?.close());

it.skipIf(isLeftOut)(
  "servers that are killed in turn while learners work lose no shell, no result and no write they acknowledged",
  async () => {
    const learners = await Promise.all(Array.from({ length: LEARNERS }, () => Learner.begin(servers.url)));
    const stop = new AbortController();
    const working = learners.map((learner) => learner.work(stop.signal));
    for (let kill = 0; kill < KILLS; kill += 1) {
      process.kill(servers.replicas[kill % servers.replicas.length]?.pid() ?? 0, "SIGKILL");
      const learner = learners[kill % learners.length];
      await learner?.pageIsBack();
      await delay(BETWEEN_KILLS_MS);
    }
    stop.abort();
    await Promise.all(working);
    for (const learner of learners) await learner.check();
    expect(learners.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)).toBeGreaterThan(
      LEARNERS,
    );
  },
  300_000,
);

/** Somebody who clicks the same short steps again and again, and notes what was acknowledged. */
class Learner {
  readonly acknowledged: StepResult[] = [];
  readonly #browser: BrowserSession;
  readonly #session: SessionView;
  readonly #shell: string;

  constructor(browser: BrowserSession, session: SessionView) {
    this.#browser = browser;
    this.#session = session;
    this.#shell = this.#shellSince();
  }

  static async begin(url: string): Promise<Learner> {
    const browser = new BrowserSession(url);
    const session = await until("a lab can be started", 60_000, () =>
      browser.startLab("slow-steps").catch(() => undefined),
    );
    await browser.run(session, 0);
    await browser.outcome(session, 0);
    return new Learner(browser, session);
  }

  async work(stop: AbortSignal): Promise<void> {
    for (let number = 0; !stop.aborted; number = number === 0 ? 2 : 0) {
      const answer = await this.#click(number).catch(() => undefined);
      if (answer === undefined) await delay(100);
      else {
        const outcome = await this.#browser.outcome(this.#session, number);
        this.acknowledged.push(outcome);
      }
    }
  }

  async pageIsBack(): Promise<void> {
    await until("the page is back", BACK_MS, async () => {
      const answer = await this.#browser
        .call("GET", `api/sessions/${this.#session.id}`)
        .catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    });
  }

  /** The same shell, every result a verdict of the very command, and each step seen done still done. */
  async check(): Promise<void> {
    await this.#browser.run(this.#session, 0);
    await this.#browser.outcome(this.#session, 0);
    expect(this.#shellSince()).toBe(this.#shell);
    for (const { number, state, output } of this.acknowledged) {
      expect([number, state]).toEqual([number, "succeeded"]);
      if (number === 0) expect(output).toContain("started");
    }
    const { results } = await this.#browser.json<SessionView>("GET", `api/sessions/${this.#session.id}`);
    for (const { number } of this.acknowledged)
      expect(results.find((result) => result.number === number)).toMatchObject({ done: true });
  }

  async #click(number: number): Promise<StepResult> {
    const page = `api/sessions/${this.#session.id}/pages/${this.#session.currentPage}`;
    const { actions } = await this.#browser.json<PageView>("GET", page);
    return this.#browser.json<StepResult>("POST", `${page}/steps/${actions[number]?.step ?? ""}/run`);
  }

  #shellSince(): string {
    return readFileSync(join(homeOf(servers.terminals, this.#session.id), "shell.since"), "utf8");
  }
}
