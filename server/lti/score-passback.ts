import type { Logger } from "pino";
import { z } from "zod";
import type { Leadership } from "../../kubernetes/node/leader-election.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { DueScore, PeopleStore } from "../../workshop/node/people-store.js";
import { boundedFetch } from "./bounded-fetch.js";
import { SCORE_SCOPE } from "./launch-claims.js";
import type { LtiPlatform } from "./lti-config.js";
import type { LtiTool } from "./lti-tool.js";

export interface PassbackParts {
  tool: Pick<LtiTool, "assertion" | "platforms">;
  people: Pick<PeopleStore, "dueScores" | "noteScore">;
  labs: ReadonlyMap<string, Pick<Lab, "pages">>;
  leadership: Pick<Leadership, "isLeader">;
  log: Pick<Logger, "warn">;
}

/** A step that is done is in the gradebook about as soon. */
const EVERY_MS = 3_000;
/** After a platform, or one line of it, has failed; doubled each time up to the second figure. */
const RETRY_MS = 5_000;
const MAX_RETRY_MS = 600_000;
/** Of one platform in one look; the others come with the next. */
const MOST = 500;
const EARLY_MS = 30_000;
/** After a line was answered with an error of the platform. */
const ASIDE_MS = 60_000;
/** So many of whom nothing is sent for a while; more than any course has. */
const MAX_ASIDE = 10_000;

/**
 * Tells platforms how far their people are, until the returned function is called. What was told last is in the store, so that nothing is
 * lost and nothing told twice by a server that is started again, or a platform that is away.
 */
export function passScoresBack(parts: PassbackParts): () => void {
  const senders = new Map(
    parts.tool.platforms.map((platform) => [keyOf(platform), new PlatformScores(parts, platform)]),
  );
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const look = async () => {
    try {
      if (parts.leadership.isLeader) {
        const each = [...senders].map(async ([key, sender]) =>
          sender.send(await parts.people.dueScores(key, MOST)),
        );
        await Promise.all(each);
      }
    } catch (error) {
      parts.log.warn({ err: error }, "scores could not be read; it is tried again");
    }
    if (!isClosed) timer = setTimeout(() => void look(), EVERY_MS).unref();
  };
  timer = setTimeout(() => void look(), EVERY_MS).unref();
  return () => {
    isClosed = true;
    clearTimeout(timer);
  };
}

/** What a platform is known by in the store. */
export function keyOf({ issuer, client }: Pick<LtiPlatform, "issuer" | "client">): string {
  return `${issuer} ${client}`;
}

/** What one platform is told; while it is away the others are told all the same. */
class PlatformScores {
  readonly #parts: PassbackParts;
  readonly #platform: LtiPlatform;
  readonly #refusedUntil = new Map<string, number>();
  #token: { value: string; goodUntil: number } | undefined;
  #retryMs = RETRY_MS;
  #awayUntil = 0;

  constructor(parts: PassbackParts, platform: LtiPlatform) {
    this.#parts = parts;
    this.#platform = platform;
  }

  async send(due: readonly DueScore[]): Promise<void> {
    const now = performance.now();
    if (this.#awayUntil > now) return;
    try {
      for (const score of due)
        if ((this.#refusedUntil.get(score.person) ?? 0) <= now) await this.#sendOne(score);
    } catch (error) {
      this.#awayUntil = performance.now() + this.#retryMs;
      this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
      this.#token = undefined;
      this.#parts.log.warn(
        { err: error, platform: this.#platform.name },
        "a platform takes no scores just now; they wait",
      );
    }
  }

  async #sendOne(score: DueScore): Promise<void> {
    const steps = this.#parts.labs.get(score.lab)?.pages.reduce((all, page) => all + page.steps.length, 0);
    // A lab that is still being read; one without steps has nothing to be told.
    if (!steps) return;
    const done = Math.min(score.done, steps);
    const answer = await boundedFetch(scoresOf(score.lineItem), {
      method: "POST",
      headers: {
        authorization: `Bearer ${await this.#accessToken()}`,
        "content-type": "application/vnd.ims.lis.v1.score+json",
      },
      body: JSON.stringify({
        userId: score.subject,
        scoreGiven: done,
        scoreMaximum: steps,
        activityProgress: done === steps ? "Completed" : done === 0 ? "Started" : "InProgress",
        gradingProgress: "FullyGraded",
        timestamp: new Date().toISOString(),
      }),
    });
    if (answer.ok) {
      this.#retryMs = RETRY_MS;
      this.#refusedUntil.delete(score.person);
      return this.#parts.people.noteScore(score.person, score.done);
    }
    // It may be this line alone that fails so: the next try begins with another.
    if (answer.status >= 500) this.#setAside(score.person, ASIDE_MS);
    if (answer.status >= 500 || answer.status === 401 || answer.status === 429)
      throw new Error(`scores are answered with status ${String(answer.status)}`);
    // Its line is gone, or closed: that holds up nobody else.
    this.#setAside(score.person, MAX_RETRY_MS);
    this.#parts.log.warn(
      { platform: this.#platform.name, person: score.person, status: answer.status },
      "a platform refuses a score; it is tried again later",
    );
  }

  #setAside(person: string, ms: number): void {
    if (this.#refusedUntil.size > MAX_ASIDE) this.#refusedUntil.clear();
    this.#refusedUntil.set(person, performance.now() + ms);
  }

  async #accessToken(): Promise<string> {
    if (this.#token !== undefined && this.#token.goodUntil > performance.now() + EARLY_MS)
      return this.#token.value;
    const answer = await boundedFetch(this.#platform.token, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: await this.#parts.tool.assertion(this.#platform),
        scope: SCORE_SCOPE,
      }),
    });
    if (!answer.ok) throw new Error(`a token is answered with status ${String(answer.status)}`);
    const { access_token: value, expires_in: seconds } = tokenAnswer.parse(await answer.json());
    this.#token = { value, goodUntil: performance.now() + seconds * 1000 };
    return value;
  }
}

const tokenAnswer = z.object({ access_token: z.string().max(10_000), expires_in: z.number().default(3_600) });

/** A line of scores may have a query of its own. */
function scoresOf(lineItem: string): string {
  const url = new URL(lineItem);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/scores`;
  return url.href;
}
