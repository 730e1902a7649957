import { Duplex } from "node:stream";
import type { SessionConnection } from "../../terminal/common/session-host.js";

/** A connection to a session's port as the stream that HTTP is spoken on. */
export class SessionSocket extends Duplex {
  readonly #connection: SessionConnection;
  #wanted: (() => void) | undefined;
  #isReading = false;

  constructor(connection: SessionConnection) {
    super({ allowHalfOpen: false });
    this.#connection = connection;
  }

  override _read(): void {
    this.#wanted?.();
    if (this.#isReading) return;
    this.#isReading = true;
    this.#readAll().catch((error: unknown) => this.destroy(error as Error));
  }

  override _write(bytes: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    void this.#send(bytes, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#connection.close();
    this.#wanted?.();
    done(error);
  }

  /** What HTTP sets on a socket of the network; who holds this one watches its time. */
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  async #send(bytes: Uint8Array, done: (error?: Error | null) => void): Promise<void> {
    try {
      await this.#connection.write(bytes);
    } catch (error) {
      return done(error as Error);
    }
    done();
  }

  async #readAll(): Promise<void> {
    for await (const bytes of this.#connection) {
      if (this.destroyed) return;
      if (!this.push(bytes)) await new Promise<void>((resolve) => (this.#wanted = resolve));
    }
    this.push(null);
  }
}
