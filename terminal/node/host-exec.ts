import { EventEmitter, once } from "node:events";
import { isTerminalErrorCode, TerminalError, terminalErrorCodes } from "../common/errors.js";
import { type ExecEvent, INPUT_END, STDOUT } from "../common/host-frames.js";
import type { AbortSignalLike, ExecRequest, ExecResult } from "../common/session-host.js";
import type { HostWay } from "./dial-host.js";
import { FrameStream } from "./frame-stream.js";

/** Milliseconds and bytes of a program where its caller names none. */
const TIMEOUT_MS = 10_000;
const OUTPUT_BYTES = 1024 * 1024;
/** How much longer than the program the host may take to say that it has ended. */
const ANSWER_MS = 10_000;
const LOST = "The connection to the terminal host broke before the program ended.";

/** What is said to the host of a program; without limits it lasts as long as both sides want. */
export interface ProgramRequest {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  timeoutMs?: number;
  outputBytes?: number;
}

export interface ProgramHandlers {
  output(kind: number, bytes: Uint8Array): void;
  /** Once: how it ended, or why that is not known. */
  ended(event: ExecEvent): void;
}

/** Opens a connection of its own for one program. Throws TERMINAL_HOST_LOST. */
export async function startProgram(
  { dial, lookMs }: HostWay,
  session: string,
  { argv, env, ...limits }: ProgramRequest,
  handlers: ProgramHandlers,
): Promise<FrameStream> {
  const socket = await dial();
  let isOver = false;
  const end = (event: ExecEvent): void => {
    if (isOver) return;
    isOver = true;
    handlers.ended(event);
  };
  const stream = new FrameStream(socket, {
    json: (text) => end(JSON.parse(text) as ExecEvent),
    output: (frame) => handlers.output(frame[0] ?? 0, frame.subarray(1)),
    closed: () => end({ type: "error", code: terminalErrorCodes.hostLost, message: LOST }),
  });
  stream.json({ type: "exec", session, argv: [...argv], env: { ...env }, ...limits });
  if (lookMs !== undefined) stream.beat(lookMs);
  return stream;
}

/** Runs a program of a session to its end; see `SessionHost.exec`. */
export async function execInSession(
  way: HostWay,
  session: string,
  request: ExecRequest,
): Promise<ExecResult> {
  const { argv, env = {}, stdin, signal } = request;
  const timeoutMs = request.timeoutMs ?? TIMEOUT_MS;
  if (signal?.aborted) throw signal.reason;
  const chunks: { kind: number; bytes: Uint8Array }[] = [];
  const events = new EventEmitter<{ ended: [ExecEvent] }>();
  const ended = once(events, "ended").then(([event]) => event as ExecEvent);
  const stream = await startProgram(
    way,
    session,
    { argv, env, timeoutMs, outputBytes: request.outputBytes ?? OUTPUT_BYTES },
    {
      output: (kind, bytes) => void chunks.push({ kind, bytes }),
      ended: (event) => void events.emit("ended", event),
    },
  );
  const deadline = setTimeout(() => stream.destroy(), timeoutMs + ANSWER_MS);
  const stopListening = onAbort(signal, () => stream.destroy());
  try {
    if (signal?.aborted) throw signal.reason;
    const feeding = feed(stream, stdin);
    const event = await Promise.race([ended, feeding.then(() => ended)]);
    if (signal?.aborted) throw signal.reason;
    if (event.type === "error") throw errorOf(event);
    const output = (wanted: boolean): Uint8Array =>
      Buffer.concat(chunks.filter(({ kind }) => (kind === STDOUT) === wanted).map(({ bytes }) => bytes));
    const { exitStatus, killed } = event;
    return {
      exitStatus: killed ? null : exitStatus,
      stdout: output(true),
      stderr: output(false),
      ...(killed ? { killed } : exitStatus === null && { killed: "signal" as const }),
    };
  } finally {
    clearTimeout(deadline);
    stopListening();
    stream.destroy();
  }
}

/** Bytes of one frame of input. */
const PIECE_BYTES = 256 * 1024;

/** Sends the input piece by piece, no faster than it is read. */
export async function feed(stream: FrameStream, stdin: ExecRequest["stdin"]): Promise<void> {
  const pieces =
    stdin === undefined || typeof stdin === "string" || stdin instanceof Uint8Array ? [stdin ?? ""] : stdin;
  for await (const piece of pieces) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : piece;
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      stream.output(bytes.subarray(at, at + PIECE_BYTES));
      await stream.drained();
      if (stream.isClosed) return;
    }
  }
  stream.json(INPUT_END);
}

export function errorOf({ code, message }: { code: string; message: string }): TerminalError {
  return new TerminalError(isTerminalErrorCode(code) ? code : terminalErrorCodes.spawnFailed, message);
}

function onAbort(signal: AbortSignalLike | undefined, act: () => void): () => void {
  signal?.addEventListener("abort", act, { once: true });
  return () => signal?.removeEventListener("abort", act);
}
