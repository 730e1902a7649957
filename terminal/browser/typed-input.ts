import { INPUT_LIMIT } from "../common/viewer-frames.js";

/** Characters typed while there is no connection that are kept; more than anybody types blind. */
const TYPED_AHEAD = 16_384;
/** Characters sent of which it is not known yet that they arrived; several of the largest pastes. */
const UNCONFIRMED = 1_048_576;

/** Input for one frame, and where it stands in all that was typed. */
export interface TypedPiece {
  data: string;
  at: number;
}

/** What was typed and is not known to have reached the terminal, counted over all sockets of this page. */
export class TypedInput {
  /** Under this name the terminal counts what this page typed. */
  readonly page = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  #confirmed = 0;
  #waiting = "";

  /** Characters that may not have arrived. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Keeps what was typed; `false` where there is no connection and too much waits already. */
  add(data: string, isOnline: boolean): boolean {
    if (!isOnline && this.#waiting.length + data.length > TYPED_AHEAD) return false;
    this.#waiting += data;
    if (this.#waiting.length > UNCONFIRMED)
      this.confirm(this.#confirmed + this.#waiting.length - UNCONFIRMED);
    return true;
  }

  /** The last characters, in pieces as frames may hold them; no character of two code units is cut. */
  last(length: number): TypedPiece[] {
    const pieces: TypedPiece[] = [];
    for (let from = this.#waiting.length - length; from < this.#waiting.length;) {
      const isCut = /[\ud800-\udbff]/.test(this.#waiting.charAt(from + INPUT_LIMIT - 1));
      const data = this.#waiting.slice(from, from + INPUT_LIMIT - (isCut ? 1 : 0));
      pieces.push({ data, at: this.#confirmed + from });
      from += data.length;
    }
    return pieces;
  }

  /** The terminal has so many characters of this page. */
  confirm(count: number): void {
    const arrived = Math.min(this.#waiting.length, Math.max(0, count - this.#confirmed));
    this.#waiting = this.#waiting.slice(arrived);
    this.#confirmed += arrived;
  }

  /** It was meant for a shell that is gone. */
  forget(): void {
    this.confirm(this.#confirmed + this.#waiting.length);
  }
}
