import { connect } from "node:net";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { TerminalAddress } from "../common/session-host.js";
import type { ViewerRequest } from "../common/viewer-frames.js";
import { FrameStream } from "./frame-stream.js";

/** A host on the same machine answers at once. */
const CONNECT_MS = 3_000;

/** What arrives from the host for one reader; the JSON is a `ViewerEvent`, handed on as it is. */
export interface ViewHandlers {
  event(json: string): void;
  output(frame: Uint8Array): void;
  closed(): void;
}

export interface TerminalView {
  send(request: ViewerRequest): void;
  close(): void;
}

/** Opens the view of one terminal at the host's unix socket. Throws TERMINAL_HOST_LOST where no host answers. */
export function viewTerminal(
  socketPath: string,
  who: { address: TerminalAddress; readOnly: boolean },
  handlers: ViewHandlers,
): Promise<TerminalView> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const fail = (cause?: Error): void => {
      socket.destroy();
      const message = `The terminal host at ${socketPath} does not answer.`;
      reject(new TerminalError(terminalErrorCodes.hostLost, message, cause));
    };
    const deadline = setTimeout(fail, CONNECT_MS);
    socket.once("error", (error) => {
      clearTimeout(deadline);
      fail(error);
    });
    socket.once("connect", () => {
      clearTimeout(deadline);
      const stream = new FrameStream(socket, {
        json: (text) => handlers.event(text),
        output: (frame) => handlers.output(frame),
        closed: () => handlers.closed(),
      });
      stream.json({ type: "view", address: who.address, readOnly: who.readOnly });
      resolve({ send: (request) => stream.json(request), close: () => stream.destroy() });
    });
  });
}
