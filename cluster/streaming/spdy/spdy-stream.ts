import { Duplex } from "node:stream";
import { controlFrame, dataFrame, FLAG_FIN, FRAME, RESET, words } from "./frames.js";

/** Sends a frame; `done` is called when the connection has taken it, or is gone. */
export type SendFrame = (frame: Buffer, done?: () => void) => void;

/** How what is written to a stream gets to the client. */
export interface SpdyWay {
  send: SendFrame;
  /** Bytes that wait while those before are on their way; a frame can hold 16 MiB. */
  aheadBytes: number;
}

/** One stream of a SPDY connection. Destroying it before both ends have finished resets it for the client. */
export class SpdyStream extends Duplex {
  readonly id: number;
  /** By their lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly #send: SendFrame;
  #resume: (() => void) | undefined;
  #isReset = false;
  #hasEnded = false;

  constructor(id: number, headers: ReadonlyMap<string, string>, { send, aheadBytes }: SpdyWay) {
    super({ allowHalfOpen: true, writableHighWaterMark: aheadBytes });
    this.id = id;
    this.headers = headers;
    this.#send = send;
  }

  /** Resolves when there is room for more. */
  receive(bytes: Buffer): Promise<void> {
    if (this.destroyed || this.#hasEnded || bytes.length === 0 || this.push(bytes)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  receiveEnd(): void {
    if (this.destroyed || this.#hasEnded) return;
    this.#hasEnded = true;
    this.push(null);
  }

  /** The client wants no more of it. */
  reset(): void {
    this.#isReset = true;
    this.destroy();
  }

  override _read(): void {
    this.#takeMore();
  }

  /** What has come while the last frame was on its way is one frame. */
  override _writev(pieces: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const bytes = Buffer.concat(pieces.map(({ chunk }) => chunk));
    this.#send(dataFrame(this.id, bytes), () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#send(dataFrame(this.id, Buffer.alloc(0), FLAG_FIN), () => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#takeMore();
    const isFinished = this.readableEnded && this.writableFinished;
    if (!isFinished && !this.#isReset)
      this.#send(controlFrame(FRAME.rstStream, 0, words(this.id, RESET.cancel)));
    done(error);
  }

  #takeMore(): void {
    this.#resume?.();
    this.#resume = undefined;
  }
}
