import type { SessionView, StepResult } from "../../workshop/common/api.js";
import type { SessionLink } from "../../workshop/common/instructor-api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import { BrowserSession } from "../../test/server/browser-session.js";
import { type Figure, percentile } from "../figure.js";
import { asIfElsewhere } from "./as-if-elsewhere.js";
import { withSessions } from "./with-sessions.js";

/** Learners who are at their first page at the same time. */
const AT_WORK = 100;
/** Between two blocks a person reads. */
const READING_MS = 2_000;
const BOUND_MS = 200;

/** Everybody of a class opens their session and does each command of its first page; an answer says that the click was taken. */
export function classAtWork(count: number): Figure {
  let done = "";
  return {
    name: `p99 of a click's answer, ${count} walk through a page`,
    unit: "ms",
    bound: BOUND_MS,
    method: `${count} scripted learners, ${AT_WORK} at work at once, every command of the first page of first-steps; embedded cluster; their browsers wait for no processor of the server's machine, as where those are elsewhere`,
    detail: () => done,
    measure: () =>
      withSessions({ lab: "first-steps", count }, async ({ instructor, links }) => {
        const clicks = await asIfElsewhere(() => walkAll(instructor.url, links));
        done = `${clicks.length} commands, each of which succeeded; the middle one was answered after ${percentile(clicks, 0.5).toFixed(0)} ms`;
        return percentile(clicks, 0.99);
      }),
  };
}

/** All learners, so many at a time; the milliseconds of the answers to their clicks. */
async function walkAll(url: string, links: readonly SessionLink[]): Promise<number[]> {
  const clicks: number[] = [];
  const waiting = [...links];
  const learners = Array.from({ length: AT_WORK }, async (_, place) => {
    // They come one after the other: a hundred people never click in the same millisecond.
    await new Promise((resolve) => setTimeout(resolve, (place / AT_WORK) * READING_MS));
    for (let next = waiting.pop(); next; next = waiting.pop()) clicks.push(...(await walk(url, next)));
  });
  await Promise.all(learners);
  return clicks;
}

/** One learner at the first page; the milliseconds of the answer to each click. Throws where one does not come to success. */
async function walk(url: string, { id, link }: SessionLink): Promise<number[]> {
  const browser = new BrowserSession(url);
  await browser.open(link);
  const session = await browser.json<SessionView>("GET", `api/sessions/${id}`);
  const told = new Outcomes();
  const leave = await browser.events(`api/sessions/${id}/events`, (event) => told.hear(event));
  try {
    const path = `api/sessions/${id}/pages/${session.currentPage}`;
    const { actions } = await browser.json<PageView>("GET", path);
    const times: number[] = [];
    for (const { step } of actions.filter(({ kind }) => kind === "execute")) {
      const began = performance.now();
      await browser.json<StepResult>("POST", `${path}/steps/${step}/run`);
      times.push(performance.now() - began);
      const { state = "did not end", message = "" } = (await told.of(step)) ?? {};
      if (state !== "succeeded") throw new Error(`step ${step} of ${id} ${state}: ${message}`);
      await new Promise((resolve) => setTimeout(resolve, READING_MS));
    }
    return times;
  } finally {
    leave();
  }
}

const DEADLINE_MS = 60_000;
const UNDER_WAY = new Set(["idle", "queued", "running"]);

/** What the stream of a session tells of its steps. */
class Outcomes {
  readonly #ended = new Map<string, StepResult>();
  readonly #waiting = new Map<string, () => void>();

  hear(event: unknown): void {
    const { result } = event as { result?: StepResult };
    if (!result || UNDER_WAY.has(result.state)) return;
    this.#ended.set(result.step, result);
    this.#waiting.get(result.step)?.();
  }

  /** How the step ended; nothing where that takes too long. */
  async of(step: string): Promise<StepResult | undefined> {
    let timer: NodeJS.Timeout | undefined;
    if (!this.#ended.has(step))
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, DEADLINE_MS);
        this.#waiting.set(step, resolve);
      });
    clearTimeout(timer);
    return this.#ended.get(step);
  }
}
