import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { TerminalAddress } from "../common/session-host.js";
import { MAX_MESSAGE_BYTES, closeCodes } from "../common/viewer-frames.js";
import { bridgeViewer, type GatewayLogger } from "./gateway-bridge.js";
import { matchesOrigin } from "./origin.js";
import type { TerminalAdmission, TicketStore } from "./tickets.js";

/** Below the 60 s after which load balancers drop silent connections. */
const PING_MS = 25_000;
/** How often a viewer's right is looked at again. */
const REAUTHORISE_MS = 30_000;
/** Sockets of one session; a learner with three terminals in three tabs and an instructor use a dozen. */
const VIEWERS_PER_SESSION = 40;
const VIEWERS = 4_000;

export interface TerminalGatewayOptions {
  /** The terminal host's unix socket. */
  socketPath: string;
  tickets: TicketStore;
  /** Our own origins, such as `http://localhost:8080`; a function where they are known only after listening. */
  allowedOrigins: readonly string[] | (() => readonly string[]);
  logger: GatewayLogger;
  /** Whether a viewer may stay; a refusal closes with 4003. */
  reauthorise?: (admission: TerminalAdmission) => boolean | Promise<boolean>;
  reauthoriseMs?: number;
}

export interface TerminalGateway {
  /** Admits an upgrade request with `?ticket=` for a terminal, or refuses it with 401, 403 or 429. */
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    who: { address: TerminalAddress; user: string },
  ): void;
  /** Sockets that are open now, for metrics. */
  viewerCount(session?: string): number;
  /** Closes the sockets of a session whose access was withdrawn. */
  closeSession(session: string): void;
  close(): void;
}

/** Joins browsers to the terminal host: checks where a socket comes from and whose it is, then hands frames on. */
export function createTerminalGateway(options: TerminalGatewayOptions): TerminalGateway {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const viewers = new Map<WebSocket, TerminalAdmission>();
  const alive = new WeakSet<WebSocket>();
  const count = (session?: string): number =>
    [...viewers.values()].filter(({ address }) => session === undefined || address.session === session)
      .length;
  const pings = setInterval(() => {
    for (const viewer of viewers.keys()) {
      if (!alive.delete(viewer)) viewer.terminate();
      else viewer.ping();
    }
  }, PING_MS);
  const checks = setInterval(
    () => void reauthoriseAll(viewers, options),
    options.reauthoriseMs ?? REAUTHORISE_MS,
  );

  const admit = (socket: WebSocket, admission: TerminalAdmission): void => {
    viewers.set(socket, admission);
    alive.add(socket);
    socket.on("pong", () => alive.add(socket));
    socket.on("close", () => viewers.delete(socket));
    bridgeViewer(socket, admission, options);
  };
  return {
    handleUpgrade: (request, socket, head, who) => {
      const verdict = judge(request, who, options);
      if (typeof verdict === "number") return refuse(socket, verdict);
      if (count() >= VIEWERS || count(who.address.session) >= VIEWERS_PER_SESSION) return refuse(socket, 429);
      server.handleUpgrade(request, socket, head, (webSocket) => admit(webSocket, verdict));
    },
    viewerCount: count,
    closeSession: (session) => {
      for (const [viewer, { address }] of viewers) {
        if (address.session === session) viewer.close(closeCodes.noLongerAllowed, "session ended");
      }
    },
    close: () => {
      clearInterval(pings);
      clearInterval(checks);
      for (const viewer of viewers.keys()) viewer.terminate();
      server.close();
    },
  };
}

function judge(
  request: IncomingMessage,
  who: { address: TerminalAddress; user: string },
  options: TerminalGatewayOptions,
): TerminalAdmission | 401 | 403 {
  const { allowedOrigins, tickets, logger } = options;
  const allowed = typeof allowedOrigins === "function" ? allowedOrigins() : allowedOrigins;
  if (!matchesOrigin(request.headers, allowed)) {
    logger.warn(
      { origin: request.headers.origin, host: request.headers.host },
      "terminal socket from a foreign page refused",
    );
    return 403;
  }
  const ticket = new URL(request.url ?? "/", "http://ignored").searchParams.get("ticket") ?? "";
  const admission = tickets.redeem(ticket, who);
  if (!admission) logger.warn({ address: who.address }, "terminal socket without a valid ticket refused");
  return admission ?? 401;
}

async function reauthoriseAll(
  viewers: Map<WebSocket, TerminalAdmission>,
  options: TerminalGatewayOptions,
): Promise<void> {
  const { reauthorise, logger } = options;
  if (!reauthorise) return;
  for (const [viewer, admission] of viewers) {
    try {
      if (!(await reauthorise(admission))) viewer.close(closeCodes.noLongerAllowed, "no longer allowed");
    } catch (error) {
      // Whether it is still allowed is not known: the next look decides, a flaky cluster must not end every terminal.
      logger.warn({ error, address: admission.address }, "a terminal viewer could not be authorised again");
    }
  }
}

const REASONS = { 401: "Unauthorized", 403: "Forbidden", 429: "Too Many Requests" } as const;

function refuse(socket: Duplex, status: 401 | 403 | 429): void {
  socket.on("error", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
