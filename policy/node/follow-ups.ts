import { Settling } from "./settling.js";

/** Who saves again and again is not kept from it by what follows each save; what follows waits a second at most. */
const PATIENCE = { quietMs: 100, atMostMs: 1000 };

/** Does what nobody waits for a moment after the last answer; of the same key only the newest, which has to see to its failures itself. */
export class FollowUps {
  readonly #settling = new Settling(PATIENCE);

  soon(key: string, task: () => Promise<void>): void {
    this.#settling.soon(key, () => void task());
  }
}
