import { ServerResponse } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** Milliseconds a client gets to close its end behind the answer, before the connection is cut. */
const CLOSE_DEADLINE_MS = 2000;

/** The connection of a request that asks to go on with another protocol than HTTP. */
export interface Upgrade {
  socket: Duplex;
  /** What the client sent behind its request. */
  head: Buffer;
  /** Gives the connection up for HTTP; call it once, before anything was answered. */
  detach(response: ServerResponse): void;
}

/**
 * An answer for a request that Node.js leaves the connection of: refused requests are answered like any other, and their connection
 * does not outlive the answer for long, whatever the client does.
 */
export function answerOnUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): { response: ServerResponse; upgrade: Upgrade } {
  // Whoever goes on with the connection reads it first; until then nothing of it may be lost.
  socket.pause();
  socket.on("error", () => socket.destroy());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  // Node.js tells its own answers when they may go on, and that nobody takes them; whoever assigns a socket does it here.
  const drain = (): void => void response.emit("drain");
  const timeout = (): void => void response.emit("timeout", socket);
  socket.on("drain", drain);
  socket.on("timeout", timeout);
  const end = (): void => letGo(socket);
  response.once("finish", end);
  const detach = (): void => {
    socket.off("drain", drain);
    socket.off("timeout", timeout);
    response.off("finish", end);
    response.detachSocket(socket as Socket);
  };
  return { response, upgrade: { socket, head, detach } };
}

/** Ends our side, and cuts the connection where the client does not end its own. */
function letGo(socket: Duplex): void {
  socket.resume();
  socket.end();
  const timer = setTimeout(() => socket.destroy(), CLOSE_DEADLINE_MS);
  socket.once("close", () => clearTimeout(timer));
}
