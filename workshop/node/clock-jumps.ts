import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { SessionResource } from "../common/session.js";
import { type Jump, hasAccess, isMoved, moveSession, renewMoved } from "./move-sessions.js";
import { type SessionClock, sessionClock } from "./session-clock.js";
import { SessionQueue } from "./session-queue.js";
import { type Renewing, isOwn } from "./sessions.js";

export interface ClockJumpsParts {
  /** By which sessions end; the process's where absent. */
  clock?: SessionClock;
  /** How sessions' ends are moved when the clock jumps; they are not where absent, as where a session is made to be validated. */
  renewing?: Renewing;
  /** Moves what else lasts so many minutes; asked again where it fails, and no more when it has not. */
  onJump?: (jump: Jump) => Promise<void>;
  /** Which server this is, of several on one cluster. */
  server?: string;
  onError?: (error: unknown) => void;
  /** How long a session that cannot be moved keeps the clock from going on by what it shows; 30 s where absent. */
  patienceMs?: number;
}

/** Whoever cannot be moved for so long keeps the others waiting no more. */
const PATIENCE_MS = 30_000;

/** By then the watch has told what was moved. */
const HEARD_MS = 120_000;

/** A jump that is seen, and what is still to be moved by it. */
interface BegunJump {
  jump: Jump;
  /** Sessions that were there when it was seen. */
  names: ReadonlySet<string>;
  /** Those of them that have not been moved. */
  left: Set<string>;
  hasMovedOthers: boolean;
  /** Moved, and with a token that does not last as long. */
  moved: SessionResource[];
  /** By a clock that nobody sets. */
  since: number;
  /** Whether the clock goes by it. */
  isFollowed: boolean;
}

/** Moves sessions by a jump of the clock, before anything goes by what it shows. */
export class ClockJumps {
  readonly #parts: ClockJumpsParts;
  readonly #clock: SessionClock;
  readonly #renewals = new SessionQueue();
  /** Tells the jumps that this process has seen from those that another has. */
  readonly #by = crypto.randomUUID();
  #isMoving = false;
  /** In the order in which they were seen. */
  #begun: BegunJump[] = [];

  constructor(parts: ClockJumpsParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? sessionClock;
  }

  /** Looks at the clock, for who leads or does not: to be called every second. */
  look(sessions: ReadonlyMap<string, SessionResource>, isLeader: boolean): void {
    // Also of who has ceased to lead meanwhile: it follows when it is done, and once.
    if (this.#isMoving) return;
    const { renewing, onError } = this.#parts;
    if (!isLeader || renewing === undefined) {
      this.#begun = [];
      return this.#clock.followOthers();
    }
    // One that was begun is carried out, also where the clock was set back before: what it has moved is moved back by the next.
    if (this.#begun.every(({ isFollowed }) => isFollowed)) this.#see(sessions);
    if (this.#begun.length === 0) return;
    this.#isMoving = true;
    this.#moveAll(renewing, sessions)
      .catch((error: unknown) => onError?.(error))
      .finally(() => (this.#isMoving = false));
  }

  /** The time by which a session is over: of one that has not been moved it is as if there had been no jump. */
  nowFor(session: SessionResource): number {
    // Also where it was moved, and the watch has not said so yet.
    const ahead = this.#begun.filter(
      ({ isFollowed, names, jump }) =>
        isFollowed && names.has(session.metadata.name) && !isMoved(session, jump),
    );
    // One set back leaves it more time than it has, and that is no harm.
    return ahead.reduce((now, { jump: { ms } }) => now - Math.max(0, ms), this.#clock.now());
  }

  #see(sessions: ReadonlyMap<string, SessionResource>): void {
    const jumped = Math.round(this.#clock.jump());
    if (jumped === 0) return;
    const before = Math.round(this.#clock.now());
    const jump = { by: this.#by, at: before + jumped, ms: jumped, before };
    const own = [...sessions.values()].filter((one) => isOwn(one, this.#parts.server));
    const names = new Set(own.map(({ metadata: { name } }) => name));
    // Set back it ends nothing before it is moved; what is moved would be over by a clock that had not followed.
    const isFollowed = jumped < 0;
    if (isFollowed) this.#clock.follow(jumped);
    // Who led before has moved the others first, where one of the sessions was moved.
    const hasMovedOthers = own.some((session) => isMoved(session, jump));
    const progress = { left: new Set(names), moved: [], hasMovedOthers, isFollowed };
    this.#begun.push({ jump, names, since: performance.now(), ...progress });
  }

  async #moveAll(parts: Renewing, sessions: ReadonlyMap<string, SessionResource>): Promise<void> {
    const failures: unknown[] = [];
    for (const begun of this.#begun) failures.push(...(await this.#move(parts, begun, sessions)));
    this.#begun = this.#begun.filter(
      ({ left, hasMovedOthers, since }) =>
        left.size > 0 || !hasMovedOthers || performance.now() - since < HEARD_MS,
    );
    if (failures.length > 0) throw failures[0];
  }

  /** What it could not move. */
  async #move(
    parts: Renewing,
    begun: BegunJump,
    sessions: ReadonlyMap<string, SessionResource>,
  ): Promise<unknown[]> {
    const { jump, left } = begun;
    const failures: unknown[] = [];
    await this.#moveOthers(begun).catch((error: unknown) => failures.push(error));
    const byName = new Map([...sessions.values()].map((session) => [session.metadata.name, session]));
    const moves = [...left].map(async (name) => {
      const session = byName.get(name);
      if (session !== undefined && session.metadata.deletionTimestamp === undefined) {
        await moveSession(parts, name, jump).catch(unlessGone);
        begun.moved.push(session);
      }
      left.delete(name);
    });
    // To the end of each: what goes on behind a failure would meet its own repetition.
    for (const result of await Promise.allSettled(moves))
      if (result.status === "rejected") failures.push(result.reason);
    const { patienceMs = PATIENCE_MS } = this.#parts;
    // One session that cannot be moved does not keep the others from the time as it is; it is not over meanwhile.
    if (failures.length === 0 || performance.now() - begun.since >= patienceMs) this.#follow(begun);
    if (begun.isFollowed) this.#renew(parts, jump, begun.moved.splice(0));
    return failures;
  }

  #follow(begun: BegunJump): void {
    if (begun.isFollowed) return;
    this.#clock.follow(begun.jump.ms);
    begun.isFollowed = true;
  }

  /** Behind the jump: each takes a program of its own. One set back leaves tokens that last longer. */
  #renew(parts: Renewing, jump: Jump, moved: readonly SessionResource[]): void {
    if (jump.ms < 0) return;
    for (const session of moved.filter(hasAccess)) {
      const { name } = session.metadata;
      const renewed = this.#renewals.run(`${jump.by} ${String(jump.at)} ${name}`, () =>
        renewMoved(parts, name),
      );
      renewed.catch(unlessGone).catch((error: unknown) => this.#parts.onError?.(error));
    }
  }

  async #moveOthers(begun: BegunJump): Promise<void> {
    if (begun.hasMovedOthers) return;
    await this.#parts.onJump?.(begun.jump);
    begun.hasMovedOthers = true;
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof WorkshopError && error.code === WORKSHOP_ERRORS.sessionNotFound)) throw error;
}
