import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { WebSocketServer, type WebSocket } from "ws";
import { refuseUpgrade } from "../../terminal/node/refuse-upgrade.js";
import { problemOf } from "./problem.js";
import { checkHost, checkOrigin, checkedRequest, type OriginRules } from "./same-origin.js";

/** Answers a page that wants to know whether WebSockets come through its network, and how fast. */
export interface ConnectionCheck {
  /** Takes an upgrade that is such a question; false, and nothing touched, where it is none. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

const PATH = /\/api\/connection-check$/;
/** A room opens its link within a minute; each asks for some seconds. */
const MAX_OPEN = 500;
/** A page sends a few bytes some times, and is done. */
const MAX_BYTES = 64;
const MAX_MESSAGES = 20;
const OPEN_MS = 20_000;

/** Sends back what pages of this server send, a little and for a short time, to anybody: it tells nothing of anything. */
export function createConnectionCheck(origin: OriginRules, log: Logger): ConnectionCheck {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BYTES, perMessageDeflate: false });
  return {
    handleUpgrade: (request, socket, head) => {
      if (!PATH.test((request.url ?? "").split("?", 1)[0] ?? "")) return false;
      socket.on("error", () => socket.destroy());
      try {
        const checked = checkedRequest(request, origin);
        checkHost(checked, origin);
        checkOrigin(checked, origin);
      } catch (error) {
        const { status, problem } = problemOf(error);
        log.warn({ code: problem.error.code }, "a check of the connection was refused");
        refuseUpgrade(socket, status);
        return true;
      }
      if (sockets.clients.size >= MAX_OPEN) refuseUpgrade(socket, 503);
      else sockets.handleUpgrade(request, socket, head, answer);
      return true;
    },
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

function answer(socket: WebSocket): void {
  const timer = setTimeout(() => socket.terminate(), OPEN_MS);
  timer.unref();
  let left = MAX_MESSAGES;
  socket.on("error", () => socket.terminate());
  socket.on("close", () => clearTimeout(timer));
  socket.on("message", (data, isBinary) => {
    left -= 1;
    if (left < 0) socket.terminate();
    else socket.send(data, { binary: isBinary });
  });
}
