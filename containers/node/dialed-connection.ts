import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** A connection into a pod over a socket that was paused meanwhile: it flows as soon as somebody listens, and ends by halves. */
export class DialedConnection extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
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
