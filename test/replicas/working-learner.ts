import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { SessionView, StepResult } from "../../workshop/common/api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import { BrowserSession } from "../server/browser-session.js";
import { homeOf, until } from "../server/lectern-process.js";
import type { SeveralServers } from "./three-servers.js";

/** What somebody reads before the next click. */
const READING_MS = 1_000;
/** All of them begin at once, and servers die over what they do. */
const PATIENCE_MS = 120_000;
/** Thirty wait for each other's sessions to be made. */
const BEGINNING_MS = 240_000;
/** Of the lab `slow-steps`: what notes when its shell began, and what shows it. */
const STEPS = [0, 2];

/** Somebody who clicks the same short steps again and again, and notes what was acknowledged. */
export class WorkingLearner {
  readonly acknowledged: StepResult[] = [];
  readonly #browser: BrowserSession;
  readonly #session: SessionView;
  readonly #terminals: string;
  readonly #shell: string;

  private constructor(browser: BrowserSession, session: SessionView, terminals: string) {
    this.#browser = browser;
    this.#session = session;
    this.#terminals = terminals;
    this.#shell = this.#shellSince();
  }

  /** Starts the lab, and has its shell written down. */
  static async begin({ url, terminals }: SeveralServers): Promise<WorkingLearner> {
    const browser = new BrowserSession(url);
    const { id } = await until("a lab can be started", PATIENCE_MS, () =>
      browser.json<SessionView>("POST", "api/sessions", { lab: "slow-steps" }).catch(() => undefined),
    );
    const session = await browser.whenActive(id, BEGINNING_MS);
    await clicked(browser, session, 0);
    return new WorkingLearner(browser, session, terminals);
  }

  /** Works until the signal fires; then what was clicked has an outcome. */
  async work(stop: AbortSignal): Promise<void> {
    for (let turn = 0; !stop.aborted; turn += 1) {
      this.acknowledged.push(await clicked(this.#browser, this.#session, STEPS[turn % STEPS.length] ?? 0));
      await delay(READING_MS);
    }
  }

  /** Milliseconds until the page of the session is answered, asked again where the connection broke. */
  async pageIsBack(deadlineMs: number): Promise<number> {
    const began = performance.now();
    await until("the page is back", deadlineMs, async () => {
      const path = `api/sessions/${this.#session.id}`;
      const answer = await this.#browser.call("GET", path).catch(() => undefined);
      return answer?.status === 200 ? true : undefined;
    });
    return performance.now() - began;
  }

  /** What is wrong with the session afterwards, in words: another shell, a result that is no verdict of its command, a write that is gone. */
  async losses(): Promise<string[]> {
    await clicked(this.#browser, this.#session, 0);
    const { results } = await this.#browser.json<SessionView>("GET", `api/sessions/${this.#session.id}`);
    const wrong = this.acknowledged.flatMap(({ number, state, output = "" }) => {
      const isRight = state === "succeeded" && (number !== 0 || output.includes("started"));
      const isKept = results.find((result) => result.number === number)?.done === true;
      return isRight && isKept ? [] : [`step ${String(number)}: ${state}, ${JSON.stringify(output)}`];
    });
    return this.#shellSince() === this.#shell ? wrong : ["another shell", ...wrong];
  }

  #shellSince(): string {
    return readFileSync(join(homeOf(this.#terminals, this.#session.id), "shell.since"), "utf8");
  }
}

/** Clicks until a server says that it is begun, and waits for what becomes of it. */
async function clicked(browser: BrowserSession, session: SessionView, number: number): Promise<StepResult> {
  const page = `api/sessions/${session.id}/pages/${session.currentPage}`;
  await until("the click is acknowledged", PATIENCE_MS, async () => {
    const view = await browser.json<PageView>("GET", page).catch(() => undefined);
    const step = view?.actions[number]?.step ?? "";
    return browser.json("POST", `${page}/steps/${step}/run`).then(
      () => true,
      () => undefined,
    );
  });
  return until("it has an outcome", PATIENCE_MS, async () => {
    const view = await browser.json<SessionView>("GET", `api/sessions/${session.id}`).catch(() => undefined);
    return view?.results.find(
      (result) => result.number === number && !["idle", "queued", "running"].includes(result.state),
    );
  });
}
