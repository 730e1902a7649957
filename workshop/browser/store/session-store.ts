import type { SessionEvent, SessionView, StepResult } from "../../common/api.js";
import { api, sessionApiPath } from "../api/api-client.js";
import { ApiError } from "../errors.js";
import { openEventStream, type Connection, type EventStream } from "./event-stream.js";
import { announcementOf } from "./step-outcome.js";
import { indexResults, resultKey, withoutResult, withResult, type Results } from "./step-results.js";

/** How long "back, nothing lost" stays. */
const RESTORED_MS = 4000;
const ENDED_HERE = "You ended it.";
/** Answers that mean a session seen before is no longer: its cookie went with it. */
const GONE: readonly number[] = [401, 403, 404, 410];

export interface SessionState {
  /** Absent until the server has answered. */
  session?: SessionView;
  results: Results;
  /** Why a block could not be handed to its terminal, by `resultKey`. */
  refusals: ReadonlyMap<string, string>;
  connection: Connection | "restored";
  /** Why the session cannot be shown at all. */
  problem?: ApiError;
  /** What the live region says. */
  announcement: string;
}

/** What one page of one session knows, kept fresh by the session's events. Acts on it by `run`, `interrupt`, `extend` and `end`. */
export class SessionStore {
  readonly id: string;
  #state: SessionState = {
    results: new Map(),
    refusals: new Map(),
    connection: "connecting",
    announcement: "",
  };
  readonly #listeners = new Set<() => void>();
  #stream: EventStream | undefined;
  /** This page asked for the end: what it then hears of an end is its own doing. */
  #isEnding = false;
  /** Events taken so far. */
  #told = 0;
  #restored: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Asks for the session and follows its events; the function returned lets go. */
  start(): () => void {
    void this.#load();
    this.#follow();
    return () => this.#stop();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): SessionState => this.#state;

  /** Hands a block to its terminal. The block shows `queued` at once; a refusal is kept in `refusals`. */
  async run(page: string, step: number): Promise<void> {
    const guess: StepResult = { page, step, state: "queued", checks: [] };
    const key = resultKey(page, step);
    this.#set({
      results: withResult(this.#state.results, guess),
      refusals: without(this.#state.refusals, key),
    });
    try {
      const result = await api.run(this.id, page, step);
      // An event may have told more since the click; then the answer is old news.
      if (this.#state.results.get(key) === guess)
        this.#set({ results: withResult(this.#state.results, result) });
    } catch (error) {
      this.#refuse(key, error);
      if (this.#state.results.get(key) === guess) {
        this.#set({ results: withoutResult(this.#state.results, page, step) });
      }
    }
  }

  async interrupt(page: string, step: number): Promise<void> {
    await api
      .interrupt(this.id, page, step)
      .catch((error: unknown) => this.#refuse(resultKey(page, step), error));
  }

  /** Throws `ApiError`. */
  async extend(): Promise<void> {
    const session = await api.extend(this.id);
    this.#set({ session });
    this.announce("More time was added.");
  }

  /** Throws `ApiError`. */
  async end(): Promise<void> {
    this.#isEnding = true;
    try {
      await api.end(this.id);
      this.#over(ENDED_HERE);
    } finally {
      this.#isEnding = false;
    }
  }

  announce(announcement: string): void {
    this.#set({ announcement });
  }

  /** An event that comes meanwhile tells more than the answer, which was on its way before it. */
  async #load(): Promise<void> {
    const told = this.#told;
    try {
      const session = await api.session(this.id);
      if (told === this.#told) this.#adopt(session);
    } catch (error) {
      if (error instanceof ApiError && error.status !== 0) this.#fail(error);
    }
  }

  #follow(): void {
    this.#stream = openEventStream<SessionEvent>(`${sessionApiPath(this.id)}/events`, {
      onEvent: (event) => this.#take(event),
      onConnection: (connection) => this.#connected(connection),
    });
  }

  #stop(): void {
    this.#stream?.close();
    this.#stream = undefined;
    clearTimeout(this.#restored);
  }

  #take(event: SessionEvent): void {
    this.#told += 1;
    if (event.type === "session") this.#adopt(event.session);
    if (event.type !== "step") return;
    const announcement = announcementOf(event.result) ?? this.#state.announcement;
    this.#set({ results: withResult(this.#state.results, event.result), announcement });
  }

  #adopt(told: SessionView): void {
    const isOwnEnd = this.#isEnding && told.phase === "Ended";
    const session = isOwnEnd ? { ...told, reason: ENDED_HERE } : told;
    this.#set({ session, results: indexResults(session.results) });
    if (session.phase === "Ended") this.#stop();
  }

  #connected(connection: Connection): void {
    const wasLost = this.#state.connection === "lost";
    this.#set({ connection: connection === "open" && wasLost ? "restored" : connection });
    clearTimeout(this.#restored);
    if (connection === "lost") void this.#load();
    else this.#restored = setTimeout(() => this.#set({ connection: "open" }), RESTORED_MS);
  }

  /** A session that is gone while its page is open has ended; one never seen cannot be shown. */
  #fail(problem: ApiError): void {
    const isKnown = this.#state.session !== undefined;
    if (isKnown && GONE.includes(problem.status)) this.#over(problem.message);
    if (isKnown) return;
    this.#stop();
    this.#set({ problem });
  }

  #over(reason: string): void {
    this.#stop();
    const { session } = this.#state;
    if (session && session.phase !== "Ended") this.#set({ session: { ...session, phase: "Ended", reason } });
    this.#set({ connection: "open" });
  }

  #refuse(key: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#set({ refusals: new Map(this.#state.refusals).set(key, message), announcement: message });
  }

  #set(change: Partial<SessionState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

function without(map: ReadonlyMap<string, string>, key: string): ReadonlyMap<string, string> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
