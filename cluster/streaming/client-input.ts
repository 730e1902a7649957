import { Readable } from "node:stream";

/**
 * What a client sends to a process. It may come, and end, before anybody reads it: what comes behind the end, or when nobody wants
 * more, is dropped.
 */
export class ClientInput extends Readable {
  #hasEnded = false;

  /** `takeMore` is called when there is room again. */
  constructor(takeMore: () => void) {
    super({ read: takeMore });
    // Nobody else listens before there is a process, and where it takes no input nobody ever does.
    this.on("error", () => undefined);
  }

  /** Whether there is room for more. */
  receive(bytes: Buffer): boolean {
    return this.destroyed || this.#hasEnded || bytes.length === 0 || this.push(bytes);
  }

  receiveEnd(): void {
    if (this.destroyed || this.#hasEnded) return;
    this.#hasEnded = true;
    this.push(null);
  }
}
