import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { Greeting } from "../common/host-frames.js";
import {
  MAX_MESSAGE_BYTES,
  closeCodes,
  parseViewerRequest,
  type ViewerEvent,
  type ViewerRequest,
} from "../common/viewer-frames.js";
import { endSocket } from "./end-socket.js";
import { PageBudget } from "./page-budget.js";
import { RateLimit } from "./rate-limit.js";
import type { Terminal } from "./terminal.js";
import type { ViewerSink } from "./viewer.js";

/** How often a page must show that it is there; below the 60 s after which load balancers drop silent connections. */
const PING_MS = 15_000;
/** Characters typed or pasted; a shell takes about as much before it reads on. */
const INPUT = { burst: 2 * 1024 * 1024, perSecond: 256 * 1024 };
/** Bytes a page may leave unread although it acknowledges them; two windows fit, a liar does not. */
const UNREAD_LIMIT = 1024 * 1024;
/** Frames that one message may come in; browsers send the largest in a few. */
const MAX_FRAGMENTS = 1_024;

type ViewGreeting = Extract<Greeting, { type: "view" }>;

/** The WebSockets of pages. The server has authorised them and passes on their bytes as they are. */
export class ViewerSockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    maxFragments: MAX_FRAGMENTS,
    perMessageDeflate: false,
    clientTracking: false,
  });
  readonly #sockets = new Map<string, WebSocket>();
  readonly #alive = new WeakSet<WebSocket>();
  readonly #budgets = new WeakMap<Terminal, PageBudget>();
  readonly #pings: NodeJS.Timeout;

  constructor() {
    this.#pings = setInterval(() => this.#ping(), PING_MS);
    this.#pings.unref();
  }

  /** Answers the upgrade and joins the page to the terminal. `head` is what came after the greeting. */
  accept(socket: Socket, head: Buffer, greeting: ViewGreeting, find: () => Terminal): void {
    const headers = {
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": greeting.key,
    };
    const request = { method: "GET", headers } as unknown as IncomingMessage;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#sockets.set(greeting.viewer, webSocket);
      this.#alive.add(webSocket);
      webSocket.on("pong", () => this.#alive.add(webSocket));
      // The library closes it with the code that fits.
      webSocket.on("error", () => undefined);
      webSocket.on("close", () => this.#sockets.delete(greeting.viewer));
      this.#join(webSocket, socket, greeting, find);
    });
  }

  /** Closes the sockets of viewers who may not see their terminal any more. */
  dismiss(viewers: readonly string[]): void {
    for (const viewer of viewers)
      this.#sockets.get(viewer)?.close(closeCodes.noLongerAllowed, "no longer allowed");
  }

  close(): void {
    clearInterval(this.#pings);
    for (const socket of this.#sockets.values()) socket.terminate();
  }

  #join(socket: WebSocket, stream: Socket, { readOnly }: ViewGreeting, find: () => Terminal): void {
    const sink = createSink(socket);
    let terminal: Terminal;
    try {
      terminal = find();
    } catch (error) {
      const code = error instanceof TerminalError ? error.code : terminalErrorCodes.notFound;
      const message = error instanceof Error ? error.message : String(error);
      return sink.event({ type: "error", code, message });
    }
    const budget = this.#budgets.get(terminal) ?? new PageBudget();
    this.#budgets.set(terminal, budget);
    budget.watch(socket, stream);
    const viewer = terminal.view(sink, readOnly);
    const read = createReader(socket, readOnly);
    socket.on("message", (data, isBinary) => {
      const request = read(data, isBinary);
      if (request) viewer.handle(request);
    });
    socket.on("close", () => terminal.leave(viewer));
  }

  #ping(): void {
    for (const socket of this.#sockets.values()) {
      if (this.#alive.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }
}

/** Checks every message that comes from a page. */
function createReader(
  socket: WebSocket,
  readOnly: boolean,
): (data: RawData, isBinary: boolean) => ViewerRequest | undefined {
  const input = new RateLimit(INPUT);
  return (data, isBinary) => {
    // Close is a handshake: more messages may come after it, and none of them may pass.
    if (socket.readyState !== socket.OPEN) return undefined;
    const request = isBinary ? undefined : parseViewerRequest((data as Buffer).toString("utf8"));
    if (!request) {
      endSocket(socket, closeCodes.frameInvalid, "frame not understood");
      return undefined;
    }
    if (request.type === "input" && !input.take(request.data.length)) {
      endSocket(socket, closeCodes.rateExceeded, "too fast");
      return undefined;
    }
    return readOnly && (request.type === "input" || request.type === "resize") ? undefined : request;
  };
}

function createSink(socket: WebSocket): ViewerSink {
  return {
    event: (event: ViewerEvent) => {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(JSON.stringify(event));
      if (event.type === "exited") socket.close(closeCodes.exited, "shell ended");
      if (event.type === "error") socket.close(closeCodes.terminalNotFound, "no such terminal");
    },
    output: (frame) => {
      if (socket.bufferedAmount > UNREAD_LIMIT) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.send(frame, { binary: true });
    },
  };
}
