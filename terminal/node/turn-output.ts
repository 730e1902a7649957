/**
 * Gathers what arrives in one turn of the event loop and hands it on as one piece: the kernel gives out a pseudo terminal's output 4 KiB
 * at a time, up to 32 times a turn, and looking at a piece costs more than its bytes do.
 */
export class TurnOutput {
  readonly #take: (bytes: Buffer) => void;
  #pieces: Buffer[] = [];

  constructor(take: (bytes: Buffer) => void) {
    this.#take = take;
  }

  add(bytes: Buffer): void {
    if (this.#pieces.push(bytes) === 1) setImmediate(() => this.flush());
  }

  /** Hands on what is there now. */
  flush(): void {
    const pieces = this.#pieces;
    const [first] = pieces;
    if (!first) return;
    this.#pieces = [];
    this.#take(pieces.length === 1 ? first : Buffer.concat(pieces));
  }
}
