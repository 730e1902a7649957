import type { Socket } from "node:net";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import {
  greetingSchema,
  hostCallSchema,
  type Greeting,
  type HostAnswer,
  type HostCall,
} from "../common/host-frames.js";
import { parseViewerRequest } from "../common/viewer-frames.js";
import { FrameStream } from "./frame-stream.js";
import type { TerminalRegistry } from "./terminal-registry.js";

/** Time a client has to say what it wants. */
const GREETING_MS = 5_000;

/** Speaks with one client of the host: control calls, or the view of one terminal. */
export function serveHostSocket(socket: Socket, registry: TerminalRegistry): void {
  const deadline = setTimeout(() => socket.destroy(), GREETING_MS);
  const stream = new FrameStream(socket, {
    json: (text) => {
      clearTimeout(deadline);
      const greeting = greetingSchema.safeParse(parse(text));
      if (!greeting.success) return stream.destroy();
      if (greeting.data.type === "control") serveCalls(stream, registry);
      else serveView(stream, registry, greeting.data);
    },
    closed: () => clearTimeout(deadline),
  });
}

function serveCalls(stream: FrameStream, registry: TerminalRegistry): void {
  const stop = registry.onEvent((event) => stream.json({ event }));
  stream.setHandlers({
    json: (text) => {
      const value = parse(text);
      const parsed = hostCallSchema.safeParse(value);
      if (parsed.success) return void answer(stream, registry, parsed.data);
      const call = Number((value as { call?: unknown } | undefined)?.call ?? -1);
      stream.json(
        failure(
          call,
          new TerminalError(
            terminalErrorCodes.frameInvalid,
            `The call is not valid: ${parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")}.`,
          ),
        ),
      );
    },
    closed: stop,
  });
}

async function answer(stream: FrameStream, registry: TerminalRegistry, call: HostCall): Promise<void> {
  try {
    const result = await perform(registry, call);
    stream.json({ call: call.call, result } satisfies HostAnswer);
  } catch (error) {
    stream.json(failure(call.call, error));
  }
}

async function perform(registry: TerminalRegistry, call: HostCall): Promise<unknown> {
  switch (call.method) {
    case "open": {
      const { account, columns, rows, ...shell } = call.shell;
      const size = { ...(columns !== undefined && { columns }), ...(rows !== undefined && { rows }) };
      return registry.open(call.address, { ...shell, ...size, ...(account && { account }) });
    }
    case "list":
      return registry.list(call.session);
    case "run":
      return registry.get(call.address).commands.outcome(call.command.id) === undefined
        ? registry.running(call.address).commands.run(call.command)
        : registry.get(call.address).commands.run(call.command);
    case "outcome":
      return registry.get(call.address).commands.outcome(call.id);
    case "input":
      return registry.running(call.address).input(call.text);
    case "interrupt":
      return registry.running(call.address).input("\u0003");
    case "closeSession":
      return registry.closeSession(call.session);
  }
}

function failure(call: number, error: unknown): HostAnswer {
  const code = error instanceof TerminalError ? error.code : terminalErrorCodes.spawnFailed;
  return { call, error: { code, message: error instanceof Error ? error.message : String(error) } };
}

function serveView(
  stream: FrameStream,
  registry: TerminalRegistry,
  greeting: Extract<Greeting, { type: "view" }>,
): void {
  try {
    const terminal = registry.get(greeting.address);
    const sink = {
      event: (event: unknown) => stream.json(event),
      output: (frame: Uint8Array) => stream.output(frame),
    };
    const viewer = terminal.view(sink, greeting.readOnly);
    stream.setHandlers({
      json: (text) => {
        const request = parseViewerRequest(text);
        if (request) viewer.handle(request);
        else stream.destroy();
      },
      closed: () => terminal.leave(viewer),
    });
  } catch (error) {
    stream.json({ type: "error", ...failure(0, error).error });
    stream.end();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
