import type { Socket } from "node:net";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import {
  greetingSchema,
  hostCallSchema,
  type Greeting,
  type HostAnswer,
  type HostCall,
  type HostEvent,
} from "../common/host-frames.js";
import type { CommandOutcome, TerminalInfo } from "../common/session-host.js";
import { serveExec } from "./exec-socket.js";
import { FrameStream } from "./frame-stream.js";
import { readScreens } from "./read-screens.js";
import { readPiece } from "./recording.js";
import type { Sandboxes } from "./sandbox/sandboxes.js";
import type { SessionRegistry } from "./session-registry.js";
import { shortage } from "./shortage.js";
import type { TerminalRegistry } from "./terminal-registry.js";
import type { ViewerSockets } from "./viewer-sockets.js";

/** Time a client has to say what it wants. */
const GREETING_MS = 5_000;

/** What clients of the host reach. */
export interface ServedHost {
  sessions: SessionRegistry;
  terminals: TerminalRegistry;
  viewers: ViewerSockets;
  sandboxes: Sandboxes;
}

/** Speaks with one client of the host: control calls, the view of one terminal, or one program; with a sign of life every `beatMs`, where there is one. */
export function serveHostSocket(socket: Socket, host: ServedHost, beatMs?: number): void {
  const deadline = setTimeout(() => socket.destroy(), GREETING_MS);
  const greet = (greeting: Greeting): void => {
    // What follows on the others is not in frames, or is over at once.
    if (beatMs !== undefined && (greeting.type === "control" || greeting.type === "exec"))
      stream.beat(beatMs);
    switch (greeting.type) {
      case "control":
        return serveCalls(stream, host);
      case "exec":
        return void serveExec(stream, host.sessions, greeting);
      case "view":
        return host.viewers.accept(socket, stream.detach(), greeting, () =>
          host.terminals.get(greeting.address),
        );
      case "dismiss":
        host.viewers.dismiss(greeting.viewers);
        stream.end();
    }
  };
  const stream = new FrameStream(socket, {
    json: (text) => {
      clearTimeout(deadline);
      const greeting = greetingSchema.safeParse(parse(text));
      if (!greeting.success) return stream.destroy();
      greet(greeting.data);
    },
    closed: () => clearTimeout(deadline),
  });
}

function serveCalls(stream: FrameStream, host: ServedHost): void {
  const stop = host.terminals.onEvent((event, at) => stream.json({ event, at } satisfies HostEvent));
  stream.setHandlers({
    json: (text) => {
      const value = parse(text);
      const parsed = hostCallSchema.safeParse(value);
      if (parsed.success) return void answer(stream, host, parsed.data);
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

async function answer(stream: FrameStream, host: ServedHost, call: HostCall): Promise<void> {
  try {
    const result = await perform(host, call);
    stream.json({ call: call.call, result } satisfies HostAnswer);
  } catch (error) {
    stream.json(failure(call.call, error));
  }
}

async function perform(host: ServedHost, call: HostCall): Promise<unknown> {
  if ("address" in call && call.method !== "open") return performInTerminal(host.terminals, call);
  return performInSession(host, call);
}

type TerminalCall = Exclude<Extract<HostCall, { address: unknown }>, { method: "open" }>;

async function performInTerminal(terminals: TerminalRegistry, call: TerminalCall): Promise<unknown> {
  switch (call.method) {
    case "run":
      return run(terminals, call);
    case "outcome":
      return terminals.get(call.address).commands.outcome(call.id);
    case "cancel":
      return terminals.get(call.address).commands.cancel(call.id);
    case "endShell":
      return terminals.endShell(call.address);
    case "input":
      return terminals.running(call.address).input(call.text);
    case "interrupt":
      return terminals.running(call.address).input("\u0003");
  }
}

async function performInSession(host: ServedHost, call: Exclude<HostCall, TerminalCall>): Promise<unknown> {
  const { sessions, terminals } = host;
  switch (call.method) {
    case "prepare":
      return (await sessions.prepare(call.session, call)).hasFirstFiles;
    case "sessions":
      return sessions.names();
    case "open":
      return open(host, call);
    case "terminals":
      return terminals.list(call.session);
    case "recordings":
      return sessions.recordings(call.session);
    case "recording":
      return readPiece(await sessions.recordingPath(call.session, call.recording), call.from);
    case "reach":
      return sessions.reach(call.session, call.reaches);
    case "screens":
      return readScreens(terminals, call.questions);
    case "largest":
      return sessions.largest(call.of);
    case "shortage":
      return shortage();
    case "events":
      return terminals.eventsSince(call.after);
    case "confinement":
      return host.sandboxes.report;
    case "close":
      return sessions.close(call.session);
  }
}

async function open(
  { sessions, terminals }: ServedHost,
  { address, shell: { env, columns, rows } }: Extract<HostCall, { method: "open" }>,
): Promise<TerminalInfo> {
  const size = { ...(columns !== undefined && { columns }), ...(rows !== undefined && { rows }) };
  return terminals.open(await sessions.get(address.session), address.terminal, { env, ...size });
}

/** A command that is known already needs no shell that still runs. */
function run(
  terminals: TerminalRegistry,
  call: Extract<HostCall, { method: "run" }>,
): Promise<CommandOutcome> {
  const { clear, ...command } = call.command;
  const isKnown = terminals.get(call.address).commands.outcome(command.id) !== undefined;
  const terminal = isKnown ? terminals.get(call.address) : terminals.running(call.address);
  return terminal.commands.run({ ...command, ...(clear !== undefined && { clear }) });
}

function failure(call: number, error: unknown): HostAnswer {
  const code = error instanceof TerminalError ? error.code : terminalErrorCodes.spawnFailed;
  return { call, error: { code, message: error instanceof Error ? error.message : String(error) } };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
