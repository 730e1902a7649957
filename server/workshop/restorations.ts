import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import {
  RESTORATION_SIGN_MS,
  type Restoration,
  type RestorationAnswer,
  beginRestoration,
  isRestoring,
  noteRestoration,
} from "../../workshop/common/restoration.js";
import { findPage } from "../../workshop/common/render-page.js";
import type { PolicyAdministration } from "../../policy/common/administration.js";
import { changeSession } from "../../workshop/node/change-session.js";
import {
  RestorationStopped,
  type RestorePageParts,
  type RestoredSoFar,
  restorePage,
} from "../../workshop/node/restore-page.js";
import type { Leadership } from "../../kubernetes/node/leader-election.js";
import type { Found } from "./found-session.js";
import type { SessionCache } from "./session-cache.js";
import type { Steps } from "./steps.js";
import { sessionClock } from "../../workshop/node/session-clock.js";

export interface RestorationsParts extends Omit<RestorePageParts, "policies"> {
  policies: { service: PolicyAdministration };
  cache: SessionCache;
  steps: Pick<Steps, "forgetChecks">;
  leadership: Pick<Leadership, "isSole">;
  log: Pick<Logger, "info" | "warn">;
}

/** Between two writes of how far one is; the page shows the last of them a moment later. */
const WRITTEN_MS = 300;
const CANCELLED =
  "It was cancelled. What had been done by then stays; choose the page's start again to begin anew.";
const SERVER_ENDED = "The server was started again meanwhile. Choose the page's start again to begin anew.";

type Note = Parameters<typeof noteRestoration>[1];

/** Brings sessions to the starts of pages, each once at a time; how far that is stands in their objects, and what their learners want of it. */
export class Restorations {
  readonly #parts: RestorationsParts;
  readonly #running = new Map<string, RunningRestoration>();
  readonly #stopListening: () => void;

  constructor(parts: RestorationsParts) {
    this.#parts = parts;
    this.#stopListening = parts.cache.onChange((session) => this.#running.get(session)?.see());
  }

  /** Begins one, and resolves once that stands in the session. Throws LAB_PAGE_NOT_FOUND, SESSION_RESTORATION_BUSY. */
  async begin({ session, lab }: Found, page: string): Promise<void> {
    const { name } = session.metadata;
    findPage(lab, page);
    const id = randomUUID();
    const begun = await changeSession(
      this.#parts.client,
      name,
      beginRestoration({ id, page }, sessionClock.now()),
    );
    this.#parts.cache.put(withStatusOf(session, begun));
    const running = new RunningRestoration(this.#parts, { session: begun, lab, page, id });
    this.#running.set(name, running);
    void running.run().finally(() => {
      if (this.#running.get(name) === running) this.#running.delete(name);
    });
  }

  /** Says of those that a server before this one has left that they do not go on; of several servers, time tells. */
  async takeUp(): Promise<void> {
    const { cache, client, leadership, log } = this.#parts;
    if (leadership.isSole !== true) return;
    for (const { metadata, spec } of cache.all()) {
      const { restoration } = spec;
      if (!restoration || !isRestoring(restoration, sessionClock.now()) || this.#running.has(metadata.name))
        continue;
      const note = noteRestoration(
        restoration.id,
        { state: "stopped", message: SERVER_ENDED },
        { now: sessionClock.now() },
      );
      await changeSession(client, metadata.name, note).then(
        (changed) => cache.put(changed),
        (error: unknown) =>
          log.warn({ err: error, session: metadata.name }, "a restoration that was left could not be ended"),
      );
    }
  }

  close(): void {
    this.#stopListening();
    for (const running of this.#running.values()) running.abandon();
    this.#running.clear();
  }
}

interface Begun extends Found {
  page: string;
  id: string;
}

/** One that is under way in this server. */
class RunningRestoration {
  readonly #parts: RestorationsParts;
  readonly #begun: Begun;
  readonly #end = new AbortController();
  /** Waits for its learner's word. */
  #answered: ((answer: RestorationAnswer) => void) | undefined;
  #wanted: Note = {};
  #isAbandoned = false;
  /** Nothing is said of it any more but how it ended. */
  #isOver = false;
  #writing: Promise<void> | undefined;

  constructor(parts: RestorationsParts, begun: Begun) {
    this.#parts = parts;
    this.#begun = begun;
  }

  async run(): Promise<void> {
    const { policies, log, ...parts } = this.#parts;
    const { session, id, page } = this.#begun;
    const about = { session: session.metadata.name, page };
    const sign = setInterval(() => this.#note({}), RESTORATION_SIGN_MS);
    try {
      log.info(about, "a session is brought to the start of a page");
      // Also here: a server that dies over it does not come to the end.
      await this.#forgetChecks();
      const { signal } = this.#end;
      const options = { signal, onChange: this.#note, ask: this.#ask };
      const made = await restorePage({ ...parts, policies: policies.service }, this.#begun, options);
      await this.#finish({ ...made, state: "done" });
    } catch (error) {
      if (this.#isAbandoned) return;
      const isWanted = error instanceof RestorationStopped || this.#end.signal.aborted;
      if (!isWanted)
        log.warn({ ...about, err: error, restoration: id }, "a page's start could not be restored");
      const message = error instanceof Error ? error.message : String(error);
      await this.#finish({ state: isWanted ? "stopped" : "failed", message });
    } finally {
      clearInterval(sign);
    }
  }

  /** Looks at what its learner wants, and whether the session is still there. */
  see(): void {
    const session = this.#parts.cache.get(this.#begun.session.metadata.name);
    const restoration = session?.spec.restoration;
    if (session?.metadata.deletionTimestamp !== undefined || restoration?.id !== this.#begun.id)
      this.abandon();
    else if (restoration.answer === "stop" && this.#answered === undefined)
      this.#end.abort(new RestorationStopped(CANCELLED));
    else if (restoration.answer !== undefined) this.#answered?.(restoration.answer);
  }

  /** Stops it without a word: its session ends, or its server. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#end.abort(new RestorationStopped(CANCELLED));
  }

  readonly #note = (change: Partial<RestoredSoFar> & Note): void => {
    if (this.#isOver) return;
    this.#wanted = { ...this.#wanted, ...change };
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  };

  readonly #ask = async (failed: { message?: string }, soFar: RestoredSoFar): Promise<RestorationAnswer> => {
    const { signal } = this.#end;
    // What failed because it was cancelled, or beside that, is nothing to ask about.
    signal.throwIfAborted();
    const answered = new Promise<RestorationAnswer>((resolve, reject) => {
      this.#answered = resolve;
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
    // Who is told of it later is told of the abort as well.
    answered.catch(() => undefined);
    this.#note({ ...soFar, state: "asks", message: failed.message ?? "It failed." });
    // A word that comes from now on is another one.
    const answer = await answered.finally(() => (this.#answered = undefined));
    if (answer === "go-on") await this.#send({ state: "running" }, { heard: answer }).catch(() => undefined);
    return answer;
  };

  async #write(): Promise<void> {
    for (let isNews = true; isNews && !this.#isAbandoned; isNews = Object.keys(this.#wanted).length > 0) {
      await sleep(WRITTEN_MS);
      const wanted = this.#wanted;
      this.#wanted = {};
      // What it says of itself is said again with the next step; that it says nothing for long, its learner sees.
      await this.#send(wanted).catch(() => undefined);
    }
  }

  /** What a person is asked for is looked at anew from here: what the pages before have made true is not that person's work. */
  async #forgetChecks(): Promise<void> {
    const { name } = this.#begun.session.metadata;
    await this.#parts.steps
      .forgetChecks(name)
      .catch((error: unknown) =>
        this.#parts.log.warn(
          { err: error, session: name },
          "what was so of a session before is not forgotten",
        ),
      );
  }

  async #finish(note: Note & { state: Restoration["state"] }): Promise<void> {
    this.#isOver = true;
    await this.#writing;
    await this.#forgetChecks();
    await this.#send(note).catch((error: unknown) =>
      this.#parts.log.warn(
        { err: error, session: this.#begun.session.metadata.name },
        "how a restoration ended is not written",
      ),
    );
  }

  async #send(change: Note, options: { heard?: RestorationAnswer } = {}): Promise<void> {
    const { client, cache } = this.#parts;
    const { session, id } = this.#begun;
    const note = noteRestoration(id, change, { now: sessionClock.now(), ...options });
    const changed = await changeSession(client, session.metadata.name, note);
    cache.put(withStatusOf(cache.get(session.metadata.name) ?? session, changed));
  }
}

/** The answer to a change of the spec may carry an older status than this process knows. */
function withStatusOf({ status }: Found["session"], changed: Found["session"]): Found["session"] {
  return status === undefined ? changed : { ...changed, status };
}
