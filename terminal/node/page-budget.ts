import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { closeCodes } from "../common/viewer-frames.js";
import { endSocket } from "./end-socket.js";
import { RateLimit } from "./rate-limit.js";

/** Messages, pings and pongs: a stream of 50 MB/s is acknowledged 2,000 times a second. */
const FRAMES = { burst: 6_000, perSecond: 4_000 };
/** Bytes on the wire: everything that may be typed or pasted at once, however it is written. */
const BYTES = { burst: 8 * 1024 * 1024, perSecond: 1024 * 1024 };

/** What all pages that show one terminal may send together, so that reading them keeps the host's thread from no other terminal. */
export class PageBudget {
  readonly #frames = new RateLimit(FRAMES);
  readonly #bytes = new RateLimit(BYTES);

  /** Counts all that comes of a page, also what is no message, and ends its socket when it is too much. */
  watch(socket: WebSocket, stream: Socket): void {
    const end = (): void => endSocket(socket, closeCodes.rateExceeded, "too fast");
    stream.on("data", (chunk: Buffer) => {
      if (this.#bytes.take(chunk.length)) return;
      // One that is being closed for another reason is read until its page has answered, but not for ever.
      if (socket.readyState === socket.CLOSING) socket.terminate();
      else end();
    });
    for (const frame of ["message", "ping", "pong"] as const)
      socket.on(frame, () => {
        if (!this.#frames.take(1)) end();
      });
  }
}
