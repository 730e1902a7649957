import type { WebSocket } from "ws";

/** Keeps a WebSocket from being read while any of its channels has no room: they share what the client sends. */
export class WebSocketHold {
  readonly #client: WebSocket;
  readonly #full = new Set<number>();

  constructor(client: WebSocket) {
    this.#client = client;
  }

  /** The channel has no room for more. */
  hold(channel: number): void {
    this.#full.add(channel);
    this.#client.pause();
  }

  /** The channel has room again, or wants no more. */
  release(channel: number): void {
    if (this.#full.delete(channel) && this.#full.size === 0) this.#client.resume();
  }
}
