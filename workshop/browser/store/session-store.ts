import type { SessionEvent, SessionView, StepEntry, StepResult } from "../../common/api.js";
import type { ActionView } from "../../common/page-view.js";
import { api, sessionApiPath } from "../api/api-client.js";
import { newOrderId } from "../api/order-id.js";
import { ApiError } from "../errors.js";
import { admitByLink } from "./admission.js";
import { openEventStream, type Connection, type EventStream } from "./event-stream.js";
import { keepSession, recallSession } from "./kept-session.js";
import { withShellEvent, type ShellNews } from "./shell-news.js";
import { announcementOf } from "./step-outcome.js";
import {
  indexResults,
  isSameResult,
  resultKey,
  withoutRefusal,
  withoutResult,
  withResult,
  withUnanswered,
  type Results,
  type UnansweredClick,
} from "./step-results.js";

/** How long "back, nothing lost" stays. */
const RESTORED_MS = 4000;
/** A link that found no network is tried again this often. */
const ADMISSION_RETRY_MS = 2000;
const ENDED_HERE = "You ended it.";
const LINK_REVOKED = "SERVER_LINK_REVOKED";
/** Answers that mean a session seen before is no longer: its cookie went with it. */
const GONE: readonly number[] = [401, 403, 404, 410];

/** `restarted`: its shell is another one than before the line was lost. */
export type TerminalCondition = "online" | "waiting" | "restarted";

export interface SessionState {
  /** Absent until the server has answered. */
  session?: SessionView;
  results: Results;
  /** Why a block could not be handed to its terminal, by `resultKey`. */
  refusals: ReadonlyMap<string, string>;
  connection: Connection | "restored";
  /** The terminals on the screen, by name. */
  terminals: ReadonlyMap<string, TerminalCondition>;
  shells: ReadonlyMap<string, ShellNews>;
  /** A page on which a block was clicked that its author has changed since. */
  changedPage?: string | undefined;
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
    terminals: new Map(),
    shells: new Map(),
    announcement: "",
  };
  readonly #listeners = new Set<() => void>();
  #stream: EventStream | undefined;
  /** This page asked for the end: what it then hears of an end is its own doing. */
  #isEnding = false;
  readonly #unanswered = new Map<string, UnansweredClick>();
  /** Id of the extension that was asked for and has no answer yet. */
  #extension: string | undefined;
  /** Events taken so far. */
  #told = 0;
  #restored: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Lets itself in where the address is a link, asks for the session and follows its events; the function returned lets go. */
  start(): () => void {
    const leaving = new AbortController();
    void this.#enter(leaving.signal);
    return () => {
      leaving.abort();
      this.#stop();
    };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): SessionState => this.#state;

  /** Hands a block to its terminal. The block shows `queued` at once; a refusal is kept in `refusals`. */
  async run(
    page: string,
    { step, number }: Pick<ActionView, "step" | "number">,
    entry?: StepEntry,
  ): Promise<void> {
    const key = resultKey(page, step);
    const before = this.#state.results.get(key);
    const kept = {
      ...(before?.done && { done: true }),
      ...(before?.failures !== undefined && { failures: before.failures }),
    };
    const guess: StepResult = { page, step, number, state: "queued", checks: [], ...kept };
    this.#unanswered.set(key, { guess, before });
    this.#set({
      results: withResult(this.#state.results, guess),
      refusals: withoutRefusal(this.#state.refusals, key),
    });
    try {
      const result = await api.run(this.id, page, step, entry);
      // An event may have told more since the click; then the answer is old news.
      if (this.#state.results.get(key) === guess)
        this.#set({ results: withResult(this.#state.results, result) });
    } catch (error) {
      if (isPageChanged(error)) this.#renew(page);
      else this.#refuse(key, error);
      // What was done before the click stays done.
      if (this.#state.results.get(key) === guess)
        this.#set({
          results: before
            ? withResult(this.#state.results, before)
            : withoutResult(this.#state.results, page, step),
        });
    } finally {
      if (this.#unanswered.get(key)?.guess === guess) this.#unanswered.delete(key);
    }
  }

  async cancel(page: string, step: string): Promise<void> {
    await api
      .cancel(this.id, page, step)
      .catch((error: unknown) => this.#refuse(resultKey(page, step), error));
  }

  async interrupt(page: string, step: string): Promise<void> {
    await api
      .interrupt(this.id, page, step)
      .catch((error: unknown) => this.#refuse(resultKey(page, step), error));
  }

  /** Throws `ApiError`. */
  async extend(): Promise<void> {
    // The same until an answer says that it was given: what is asked for again after a lost answer is not given twice.
    this.#extension ??= newOrderId();
    const session = await api.extend(this.id, this.#extension);
    this.#extension = undefined;
    this.#set({ session, announcement: `${session.extensionMinutes} min were added.` });
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

  /** Tells how a terminal on the screen is; one that was restarted stays so until the line has been back for a while. */
  noteTerminal(terminal: string, condition: TerminalCondition): void {
    if (condition !== "restarted" && this.#state.terminals.get(terminal) === "restarted") return;
    this.#set({ terminals: new Map(this.#state.terminals).set(terminal, condition) });
  }

  /** The reader knows that the page was changed. */
  dismissChange(): void {
    this.#set({ changedPage: undefined });
  }

  announce(announcement: string): void {
    this.#set({ announcement });
  }

  async #enter(leaving: AbortSignal): Promise<void> {
    try {
      await admitByLink(this.id);
    } catch (error) {
      if (leaving.aborted) return;
      if (!(error instanceof ApiError) || error.status !== 0) return this.#fail(error as ApiError);
      this.#set({ connection: "lost" });
      setTimeout(() => void this.#enter(leaving), ADMISSION_RETRY_MS);
      return;
    }
    if (leaving.aborted) return;
    void this.#load();
    this.#follow();
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
    const shells = withShellEvent(this.#state.shells, event);
    if (shells !== this.#state.shells) this.#set({ shells });
    if (event.type !== "step") return;
    const announcement = announcementOf(event.result) ?? this.#state.announcement;
    this.#know(withResult(this.#state.results, event.result), { announcement });
  }

  #adopt(told: SessionView): void {
    const isOwnEnd = this.#isEnding && told.phase === "Ended";
    const session = isOwnEnd ? { ...told, reason: ENDED_HERE } : told;
    this.#know(withUnanswered(indexResults(session.results), this.#unanswered.values()), { session });
    if (session.phase === "Ended") this.#stop();
  }

  /** Says that the page is another one than was clicked on, and asks for the session, whose version of the lab brings the new text. */
  #renew(page: string): void {
    this.#set({ changedPage: page });
    void this.#load();
  }

  /** What a click was refused for is answered once its block has another result than it had then. */
  #know(results: Results, change: Partial<SessionState>): void {
    const refusals = new Map(this.#state.refusals);
    for (const key of refusals.keys())
      if (!isSameResult(results.get(key), this.#state.results.get(key))) refusals.delete(key);
    this.#set({ ...change, results, refusals });
    const { session } = this.#state;
    if (session) keepSession({ ...session, results: [...results.values()] });
  }

  #connected(connection: Connection): void {
    const wasLost = this.#state.connection === "lost";
    this.#set({ connection: connection === "open" && wasLost ? "restored" : connection });
    clearTimeout(this.#restored);
    if (connection === "lost") void this.#load();
    else this.#settle();
  }

  /** The news that the line is back stays while terminals are still on their way. */
  #settle(): void {
    this.#restored = setTimeout(() => {
      if ([...this.#state.terminals.values()].includes("waiting")) this.#settle();
      else this.#set({ connection: "open", terminals: new Map() });
    }, RESTORED_MS);
  }

  /** A session that is gone while its page is open has ended; one never seen cannot be shown. */
  #fail(problem: ApiError): void {
    // Where a link is revoked, the session goes on, but not for this browser: that is no end.
    const hasEnded = GONE.includes(problem.status) && problem.code !== LINK_REVOKED;
    if (hasEnded && !this.#state.session) this.#recall();
    const isKnown = this.#state.session !== undefined && problem.code !== LINK_REVOKED;
    if (isKnown && hasEnded) this.#over(problem.message);
    if (isKnown) return;
    this.#stop();
    this.#set({ problem });
  }

  /** What this tab still knows of a session that is gone. */
  #recall(): void {
    const kept = recallSession(this.id);
    if (kept) this.#set({ session: kept, results: indexResults(kept.results) });
  }

  #over(reason: string): void {
    this.#stop();
    const { session } = this.#state;
    if (session && session.phase !== "Ended")
      this.#know(this.#state.results, { session: { ...session, phase: "Ended", reason } });
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

function isPageChanged(error: unknown): boolean {
  return error instanceof ApiError && error.code === "SESSION_PAGE_CHANGED";
}
