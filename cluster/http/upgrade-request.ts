import { ServerResponse } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** The connection of a request that asks to go on with another protocol than HTTP. */
export interface Upgrade {
  socket: Duplex;
  /** What the client sent behind its request. */
  head: Buffer;
  /** Gives the connection up for HTTP; call it once, before anything was answered. */
  detach(response: ServerResponse): void;
}

/** An answer for a request that Node.js leaves the connection of: refused requests are answered like any other. */
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
  const end = (): void => {
    socket.resume();
    socket.end();
  };
  response.once("finish", end);
  const detach = (): void => {
    response.off("finish", end);
    response.detachSocket(socket as Socket);
  };
  return { response, upgrade: { socket, head, detach } };
}
