import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { SessionResource } from "../common/session.js";
import { type Jump, hasAccess, moveSession, renewMoved } from "./move-sessions.js";
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
}

/** Moves sessions by a jump of the clock, before anything goes by what it shows. */
export class ClockJumps {
  readonly #parts: ClockJumpsParts;
  readonly #clock: SessionClock;
  readonly #renewals = new SessionQueue();
  /** Tells the jumps that this process has seen from those that another has. */
  readonly #by = crypto.randomUUID();
  #isMoving = false;
  /** The one that was begun and is not followed, and whether what is no session was moved by it. */
  #begun: { jump: Jump; hasMovedOthers: boolean } | undefined;

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
      this.#begun = undefined;
      return this.#clock.followOthers();
    }
    const ms = this.#clock.jump();
    // One that was begun is carried out, also where the clock was set back before: what it has moved is moved back by the next.
    if (ms === 0 && this.#begun === undefined) return;
    this.#isMoving = true;
    this.#move(renewing, ms, [...sessions.values()])
      .catch((error: unknown) => onError?.(error))
      .finally(() => (this.#isMoving = false));
  }

  async #move(parts: Renewing, jumped: number, sessions: readonly SessionResource[]): Promise<void> {
    const { server, onError } = this.#parts;
    const { jump } = (this.#begun ??= { jump: this.#see(jumped), hasMovedOthers: false });
    const own = sessions.filter((one) => isOwn(one, server) && one.metadata.deletionTimestamp === undefined);
    const moves = own.map(({ metadata: { name } }) => moveSession(parts, name, jump).catch(unlessGone));
    // To the end of each: what goes on behind a failure would meet its own repetition.
    const done = await Promise.allSettled([...moves, this.#moveOthers(jump)]);
    const failed = done.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    this.#clock.follow(jump.ms);
    this.#begun = undefined;
    // Behind it: each takes a program of its own. One set back leaves tokens that last longer.
    if (jump.ms < 0) return;
    for (const session of own.filter(hasAccess)) {
      const { name } = session.metadata;
      const renewed = this.#renewals.run(`${jump.by} ${String(jump.at)} ${name}`, () =>
        renewMoved(parts, name),
      );
      renewed.catch(unlessGone).catch((error: unknown) => onError?.(error));
    }
  }

  #see(ms: number): Jump {
    const before = Math.round(this.#clock.now());
    return { by: this.#by, at: before + Math.round(ms), ms: Math.round(ms), before };
  }

  async #moveOthers(jump: Jump): Promise<void> {
    const begun = this.#begun;
    if (begun === undefined || begun.hasMovedOthers) return;
    await this.#parts.onJump?.(jump);
    begun.hasMovedOthers = true;
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof WorkshopError && error.code === WORKSHOP_ERRORS.sessionNotFound)) throw error;
}
