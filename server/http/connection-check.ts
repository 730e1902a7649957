import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { WebSocketServer, type WebSocket } from "ws";
import { endSocket } from "../../terminal/node/end-socket.js";
import { refuseUpgrade } from "../../terminal/node/refuse-upgrade.js";
import { problemOf } from "./problem.js";
import { networkOf } from "./rate-limit.js";
import { checkHost, checkOrigin, checkedRequest, type OriginRules } from "./same-origin.js";

/** Answers a page that wants to know whether WebSockets come through its network, and how fast. */
export interface ConnectionCheck {
  /** Takes an upgrade that is such a question; false, and nothing touched, where it is none. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): void;
}

const PATH = /\/api\/connection-check$/;
/** A room opens its link within a minute, from behind one address; each asks for a second. */
const MAX_OPEN = { ofAll: 600, ofNetwork: 300 };
/** A page sends a few bytes some times, and is done. */
const MAX_BYTES = 64;
const MAX_MESSAGES = 20;
const OPEN_MS = 20_000;
/** Close code of RFC 6455's registry: try again later. */
const CROWDED = 1013;
/** That of a policy that was not kept. */
const ENOUGH = 1008;

/** Sends back what pages of this server send, a little and for a short time, to anybody: it tells nothing of anything. */
export function createConnectionCheck(
  origin: OriginRules,
  log: Logger,
  { maxOpen = MAX_OPEN, openMs = OPEN_MS } = {},
): ConnectionCheck {
  const byNetwork = new Map<string, number>();
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
      const network = networkOf(request.socket.remoteAddress ?? "");
      const open = byNetwork.get(network) ?? 0;
      const isCrowded = sockets.clients.size >= maxOpen.ofAll || open >= maxOpen.ofNetwork;
      sockets.handleUpgrade(request, socket, head, (page) => {
        if (isCrowded) return endSocket(page, CROWDED, "try again later");
        byNetwork.set(network, open + 1);
        page.on("close", () => leave(byNetwork, network));
        answer(page, openMs);
      });
      return true;
    },
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
    },
  };
}

function leave(byNetwork: Map<string, number>, network: string): void {
  const left = (byNetwork.get(network) ?? 1) - 1;
  if (left === 0) byNetwork.delete(network);
  else byNetwork.set(network, left);
}

function answer(socket: WebSocket, openMs: number): void {
  const timer = setTimeout(() => socket.terminate(), openMs);
  timer.unref();
  let left = MAX_MESSAGES;
  socket.on("error", () => socket.terminate());
  socket.on("close", () => clearTimeout(timer));
  const count = (): void => {
    left -= 1;
    if (left < 0) endSocket(socket, ENOUGH, "enough");
  };
  for (const frame of ["message", "ping", "pong"] as const) socket.on(frame, count);
  socket.on("message", (data, isBinary) => {
    if (socket.readyState === socket.OPEN) socket.send(data, { binary: isBinary });
  });
}
