import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** Bytes that are read ahead of whoever takes them, of one connection where there are few, and at least. */
const AHEAD_BYTES = 256 * 1024;
const LEAST_AHEAD_BYTES = 16 * 1024;
/** Of all connections, as far as each is left the least. */
const ALL_AHEAD_BYTES = 8 * 1024 * 1024;

/** What is read ahead of a connection that is one of so many: all together they must not take what is for others. */
export function aheadBytes(connections: number): number {
  return Math.max(LEAST_AHEAD_BYTES, Math.min(AHEAD_BYTES, Math.floor(ALL_AHEAD_BYTES / connections)));
}

/** A connection into a pod over a socket that was paused meanwhile: it flows as soon as somebody listens, and ends by halves. */
export class DialedConnection extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket, ahead: number) {
    super({ allowHalfOpen: true, readableHighWaterMark: ahead });
    this.#socket = socket;
    let hasEnded = false;
    const end = (): void => {
      if (!hasEnded) this.push(null);
      hasEnded = true;
    };
    socket.on("data", (bytes: Buffer) => {
      if (!this.push(bytes)) socket.pause();
    });
    socket.on("end", end);
    socket.on("close", end);
    socket.on("error", (error) => this.destroy(error));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(bytes, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
