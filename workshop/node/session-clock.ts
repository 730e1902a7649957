/** Less is a clock that is being put right, which nobody's hour minds; and a process that was held up between two looks. */
const JUMP_MS = 10_000;
/** Whoever does not look after sessions leaves those who do so long to move what was written down by the old time. */
const PATIENCE_MS = 30_000;

/** The clocks of the machine, in milliseconds: one that people and programs set, and one that nobody does. */
export interface MachineClocks {
  wall(): number;
  steady(): number;
}

const machine: MachineClocks = {
  wall() {
    return Date.now();
  },
  steady() {
    return performance.now();
  },
};

/**
 * The time by which what lasts so many minutes is over. It is the machine's, until that jumps: then it goes on as if it had not, so that
 * no session and no kept seat is over by a clock that was set. Whoever looks after sessions moves their ends by the jump, and follows.
 */
export class SessionClock {
  readonly #clocks: MachineClocks;
  /** What the wall showed when the steady clock was at 0, as last believed. */
  #origin: number;
  /** When the jump was first seen that nobody has followed, by the steady clock. */
  #seenAt: number | undefined;

  constructor(clocks: MachineClocks = machine) {
    this.#clocks = clocks;
    this.#origin = clocks.wall() - clocks.steady();
  }

  /** Epoch milliseconds, as if the clock had not jumped since it was last followed. */
  now(): number {
    const { wall, jump } = this.#read();
    return wall - jump;
  }

  /** From when something that is written down lasts its minutes, whether or not its end is moved by a jump. */
  latest(): number {
    const { wall, jump } = this.#read();
    return Math.max(wall - jump, wall);
  }

  /** By how many milliseconds the clock has jumped since it was last followed; 0 where it has not. */
  jump(): number {
    return this.#read().jump;
  }

  /** Each clock once: one that is set between two readings would count by the one and not by the other. */
  #read(): { wall: number; jump: number } {
    const steady = this.#clocks.steady();
    const wall = this.#clocks.wall();
    const drift = wall - steady - this.#origin;
    if (Math.abs(drift) >= JUMP_MS) {
      this.#seenAt ??= steady;
      return { wall, jump: drift };
    }
    this.#seenAt = undefined;
    this.#origin += drift;
    return { wall, jump: 0 };
  }

  /** Goes by the clock as it was set, by that jump: what was to be moved has been. */
  follow(jump: number): void {
    this.#origin += jump;
    this.#seenAt = undefined;
  }

  /** The same for who moves nothing: at once where the clock was set back, which ends nothing, else when the others had time to. */
  followOthers(): void {
    const jump = this.jump();
    if (this.#seenAt === undefined) return;
    if (jump < 0 || this.#clocks.steady() - this.#seenAt >= PATIENCE_MS) this.follow(jump);
  }
}

/** The one of this process. */
export const sessionClock = new SessionClock();
