import type { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { isTerminalErrorCode, TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { ConfinementReport } from "../common/confinement-report.js";
import type { HostAnswer, HostCall, RecordingPiece } from "../common/host-frames.js";
import type {
  CommandOutcome,
  ExecRequest,
  ExecResult,
  RecordingInfo,
  ScreenText,
  SessionHost,
  TerminalEvent,
  TerminalInfo,
} from "../common/session-host.js";
import type { DialHost } from "./dial-host.js";
import { dialSession } from "./dial-session.js";
import { FrameStream } from "./frame-stream.js";
import { layOutFiles, listHomeFolder, readHomeFile, replaceHomeFile, writeHomeFile } from "./home-files.js";
import { execInSession } from "./host-exec.js";

/** How long calls wait for a host that is being restarted. */
const RECONNECT_MS = 10_000;
const RETRY_MIN_MS = 20;
const RETRY_MAX_MS = 500;

export interface ConnectOptions {
  /** How the host is reached, for calls and for each program. */
  dial: DialHost;
  /** Ends waiting for the first connection, and later the connection itself. */
  signal?: AbortSignal;
  /** Milliseconds a call waits for a lost host before TERMINAL_HOST_LOST; 10,000 where not given. */
  reconnectMs?: number;
}

type Body = HostCall extends infer Call ? (Call extends HostCall ? Omit<Call, "call"> : never) : never;

interface Waiting {
  body: Body;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  /** Whether it was sent once more, to a host that had lost what the one before had. */
  isRepeated?: boolean;
}

/**
 * Connects to a terminal host and stays connected: after a loss the calls that may be repeated are sent again. Throws
 * TERMINAL_HOST_LOST where no host answers within the deadline.
 */
export async function connectTerminalHost(options: ConnectOptions): Promise<SessionHost> {
  const connection = new HostConnection(options);
  await connection.ready();
  const call = async <Result>(body: Body): Promise<Result> => (await connection.call(body)) as Result;
  const exec = async (session: string, request: ExecRequest): Promise<ExecResult> => {
    await connection.reachable();
    return execInSession(options.dial, session, request);
  };
  const execIn = (session: string) => (request: ExecRequest) => exec(session, request);
  return {
    prepare: async (session, { files, reaches = [], limits = {}, pods, keepsFiles = false }) => {
      await call<void>({ method: "prepare", session, reaches: [...reaches], limits, ...(pods && { pods }) });
      try {
        await layOutFiles(execIn(session), files, keepsFiles);
      } catch (error) {
        // Half a session is none. Where the host is gone as well, the one reason is enough.
        await call<void>({ method: "close", session }).catch(() => undefined);
        throw error;
      }
    },
    sessions: () => call<string[]>({ method: "sessions" }),
    open: (address, shell) =>
      call<TerminalInfo>({ method: "open", address, shell: { ...shell, env: { ...shell.env } } }),
    terminals: (session) =>
      call<TerminalInfo[]>({ method: "terminals", ...(session !== undefined && { session }) }),
    run: (address, command) => call<CommandOutcome>({ method: "run", address, command }),
    outcome: (address, id) =>
      call<CommandOutcome | "queued" | "running" | undefined>({ method: "outcome", address, id }),
    screens: (questions) => call<ScreenText[]>({ method: "screens", questions: [...questions] }),
    cancel: (address, id) => call<boolean>({ method: "cancel", address, id }),
    endShell: (address) => call<void>({ method: "endShell", address }),
    input: (address, text) => call<void>({ method: "input", address, text }),
    interrupt: (address) => call<void>({ method: "interrupt", address }),
    exec,
    read: (session, path, limit) => readHomeFile(execIn(session), path, limit),
    write: (session, file) => writeHomeFile(execIn(session), file),
    replace: (session, file) => replaceHomeFile(execIn(session), file),
    list: (session, path) => listHomeFolder(execIn(session), path),
    dial: async (session, port) => {
      await connection.reachable();
      return dialSession(options.dial, session, port);
    },
    reach: (session, reaches) => call<void>({ method: "reach", session, reaches: [...reaches] }),
    largest: () => call<{ session: string; bytes: number }[]>({ method: "largest" }),
    confinement: () => call<ConfinementReport>({ method: "confinement" }),
    recordings: (session) =>
      call<RecordingInfo[]>({ method: "recordings", ...(session !== undefined && { session }) }),
    recording: (session, name) =>
      pieces((from) => call<RecordingPiece>({ method: "recording", session, recording: name, from })),
    close: (session) => call<void>({ method: "close", session }),
    onEvent: (listener) => connection.onEvent(listener),
    disconnect: () => connection.close(),
  };
}

async function* pieces(read: (from: number) => Promise<RecordingPiece>): AsyncIterable<Uint8Array> {
  for (let from: number | undefined = 0; from !== undefined;) {
    const { data, next }: RecordingPiece = await read(from);
    yield Buffer.from(data, "base64");
    from = next;
  }
}

class HostConnection {
  readonly #options: ConnectOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: TerminalEvent) => void>();
  #stream: FrameStream | undefined;
  #connecting: Promise<void> | undefined;
  #calls = 0;
  #isClosed = false;

  constructor(options: ConnectOptions) {
    this.#options = options;
    options.signal?.addEventListener("abort", () => void this.close(), { once: true });
  }

  ready(): Promise<void> {
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  /** Waits for a host that is being restarted. */
  async reachable(): Promise<void> {
    if (!this.#stream) await this.ready();
  }

  async call(body: Body): Promise<unknown> {
    if (!this.#stream) await this.ready();
    return new Promise((resolve, reject) => {
      const call = this.#calls++;
      this.#waiting.set(call, { body, resolve, reject });
      this.#stream?.json({ call, ...body });
    });
  }

  onEvent(listener: (event: TerminalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stream?.end();
    this.#stream = undefined;
    this.#rejectAll(closed());
  }

  async #connect(): Promise<void> {
    const deadline = performance.now() + (this.#options.reconnectMs ?? RECONNECT_MS);
    for (let pause = RETRY_MIN_MS; ; pause = Math.min(RETRY_MAX_MS, pause * 2)) {
      if (this.#isClosed || this.#options.signal?.aborted) throw closed();
      try {
        const stream = this.#greet(await this.#options.dial());
        // Closed meanwhile: nobody else would end it.
        if (this.#isClosed) stream.end();
        else this.#stream = stream;
        break;
      } catch (error) {
        if (isSettled(error) || performance.now() + pause > deadline) throw error;
        await wait(pause);
      }
    }
    if (this.#isClosed) throw closed();
    for (const [call, waiting] of this.#waiting) {
      waiting.isRepeated = true;
      this.#stream?.json({ call, ...waiting.body });
    }
  }

  #greet(socket: Socket): FrameStream {
    const stream = new FrameStream(socket, {
      json: (text) => this.#receive(text),
      closed: () => this.#handleLoss(),
    });
    stream.json({ type: "control" });
    return stream;
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as HostAnswer | { event: TerminalEvent };
    if ("event" in message) {
      for (const listener of this.#listeners) listener(message.event);
      return;
    }
    const waiting = this.#waiting.get(message.call);
    this.#waiting.delete(message.call);
    if (!message.error) return waiting?.resolve(message.result);
    const { code, message: text_ } = message.error;
    if (code === terminalErrorCodes.notFound && waiting?.isRepeated) return waiting.reject(shellsLost());
    waiting?.reject(
      new TerminalError(isTerminalErrorCode(code) ? code : terminalErrorCodes.spawnFailed, text_),
    );
  }

  /** Keystrokes are not sent again: whether they arrived cannot be known, and twice is worse than not at all. */
  #handleLoss(): void {
    this.#stream = undefined;
    if (this.#isClosed) return;
    for (const [call, { body, reject }] of this.#waiting) {
      if (body.method !== "input" && body.method !== "interrupt") continue;
      this.#waiting.delete(call);
      reject(lost("broke while typing"));
    }
    this.ready().catch((error: unknown) => this.#rejectAll(error as Error));
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** A session whose host is gone for good is not asked for again. */
function isSettled(error: unknown): boolean {
  return error instanceof TerminalError && error.code === terminalErrorCodes.podGone;
}

/** What is said once `disconnect` was called; its cause tells that no host will answer here any more. */
function closed(): TerminalError {
  const cause = new DOMException("disconnect was called", "AbortError");
  return new TerminalError(
    terminalErrorCodes.hostLost,
    "The connection to the terminal host was closed.",
    cause,
  );
}

function lost(how: string): TerminalError {
  return new TerminalError(terminalErrorCodes.hostLost, `The connection to the terminal host ${how}.`);
}

function shellsLost(): TerminalError {
  return new TerminalError(
    terminalErrorCodes.hostLost,
    "The terminal host was started again meanwhile: the shells it had have ended, and what ran in them",
  );
}
