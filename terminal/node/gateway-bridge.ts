import type { RawData, WebSocket } from "ws";
import { terminalErrorCodes } from "../common/errors.js";
import {
  closeCodes,
  parseViewerEvent,
  parseViewerRequest,
  type ViewerRequest,
} from "../common/viewer-frames.js";
import { RateLimit } from "./rate-limit.js";
import type { TerminalAdmission } from "./tickets.js";
import { viewTerminal, type TerminalView } from "./view-terminal.js";

/** The part of a pino logger that is used. */
export interface GatewayLogger {
  warn(facts: object, message: string): void;
}

/** Messages of one browser: acknowledgements of a fast stream are a few hundred a second. */
const MESSAGES = { burst: 4_000, perSecond: 1_000 };
/** Bytes typed or pasted; a shell takes about as much before it reads on. */
const INPUT = { burst: 2 * 1024 * 1024, perSecond: 256 * 1024 };
/** Frames kept while the host is being dialled. */
const EARLY_LIMIT = 16;
/** Bytes a browser may leave unread although it acknowledges them; a snapshot fits, a liar does not. */
const UNREAD_LIMIT = 16 * 1024 * 1024;

/** Hands frames between one WebSocket and the terminal host, checking every one that comes from the browser. */
export function bridgeViewer(
  socket: WebSocket,
  admission: TerminalAdmission,
  options: { socketPath: string; logger: GatewayLogger },
): void {
  const early: ViewerRequest[] = [];
  let view: TerminalView | undefined;
  const read = createReader(socket, admission.readOnly);
  socket.on("message", (data, isBinary) => {
    const request = read(data, isBinary);
    if (!request) return;
    if (view) view.send(request);
    else if (early.length < EARLY_LIMIT) early.push(request);
    else socket.close(closeCodes.rateExceeded, "too much before the terminal was ready");
  });
  socket.on("error", (error) =>
    options.logger.warn({ error, address: admission.address }, "terminal socket failed"),
  );
  socket.on("close", () => view?.close());
  const handlers = hostHandlers(socket);
  const join = async (): Promise<void> => {
    view = await viewTerminal(options.socketPath, admission, handlers);
    if (socket.readyState !== socket.OPEN) return view.close();
    for (const request of early) view.send(request);
  };
  join().catch((error: unknown) => {
    options.logger.warn({ error, address: admission.address }, "the terminal host does not answer");
    socket.close(closeCodes.hostLost, "terminal host lost");
  });
}

function createReader(
  socket: WebSocket,
  readOnly: boolean,
): (data: RawData, isBinary: boolean) => ViewerRequest | undefined {
  const messages = new RateLimit(MESSAGES);
  const input = new RateLimit(INPUT);
  return (data, isBinary) => {
    // Close is a handshake: more messages may come after it, and none of them may pass.
    if (socket.readyState !== socket.OPEN) return undefined;
    const request = isBinary ? undefined : parseViewerRequest((data as Buffer).toString("utf8"));
    if (!request) {
      socket.close(closeCodes.frameInvalid, "frame not understood");
      return undefined;
    }
    if (!messages.take(1) || (request.type === "input" && !input.take(request.data.length))) {
      socket.close(closeCodes.rateExceeded, "too fast");
      return undefined;
    }
    return readOnly && (request.type === "input" || request.type === "resize") ? undefined : request;
  };
}

function hostHandlers(socket: WebSocket): {
  event(json: string): void;
  output(frame: Uint8Array): void;
  closed(): void;
} {
  let last: { code: number; reason: string } = { code: closeCodes.hostLost, reason: "terminal host lost" };
  return {
    event: (json) => {
      socket.send(json);
      const event = parseViewerEvent(json);
      if (event?.type === "exited") last = { code: closeCodes.exited, reason: "shell ended" };
      if (event?.type === "error" && event.code === terminalErrorCodes.notFound) {
        last = { code: closeCodes.terminalNotFound, reason: "no such terminal" };
      }
      if (event?.type === "exited" || event?.type === "error") socket.close(last.code, last.reason);
    },
    output: (frame) => {
      if (socket.bufferedAmount > UNREAD_LIMIT) return socket.terminate();
      socket.send(frame);
    },
    closed: () => socket.close(last.code, last.reason),
  };
}
