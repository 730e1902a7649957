import type { WebSocket } from "ws";
import { LOOK_MS } from "./look.js";

/**
 * Keeps a WebSocket from being read while any of its channels has no room: they share what the client sends. Meanwhile it looks
 * whether the client is there, so that its going is told all the same.
 */
export class WebSocketHold {
  readonly #client: WebSocket;
  readonly #full = new Set<number>();
  #looks: NodeJS.Timeout | undefined;

  constructor(client: WebSocket) {
    this.#client = client;
    client.once("close", () => this.#stopLooking());
  }

  /** The channel has no room for more. */
  hold(channel: number): void {
    if (this.#client.readyState === this.#client.CLOSED) return;
    this.#full.add(channel);
    this.#client.pause();
    this.#looks ??= setInterval(() => this.#look(), LOOK_MS);
  }

  /** The channel has room again, or wants no more. */
  release(channel: number): void {
    if (!this.#full.delete(channel) || this.#full.size > 0) return;
    this.#stopLooking();
    this.#client.resume();
  }

  /** A pong that nobody asked for is answered by nothing (RFC 6455, section 5.5.3). What waits to be written looks as well. */
  #look(): void {
    if (this.#client.bufferedAmount === 0) this.#client.pong(undefined, undefined, () => undefined);
  }

  #stopLooking(): void {
    clearInterval(this.#looks);
    this.#looks = undefined;
  }
}
