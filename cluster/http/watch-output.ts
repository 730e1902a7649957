import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { WatchLine } from "./watch-line.js";

/**
 * The body of a watch's answer. Where Node.js would frame each line for each watch anew, and write it in three pieces, the chunk that all
 * watches share goes to the socket as it is: a third less work for each of them.
 */
export class WatchOutput {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Whether the client has room for more; if not, `whenDrained` tells when it does. */
  write(line: WatchLine): boolean {
    const socket = this.#chunkedSocket();
    return socket === undefined ? this.#response.write(line.text) : socket.write(line.chunk);
  }

  whenDrained(goOn: () => void): void {
    (this.#chunkedSocket() ?? this.#response).once("drain", goOn);
  }

  /** The connection, when this answer is the one being sent on it, by chunks. */
  #chunkedSocket(): Socket | undefined {
    const { socket, chunkedEncoding, req } = this.#response;
    return chunkedEncoding && req.method === "GET" ? (socket ?? undefined) : undefined;
  }
}
