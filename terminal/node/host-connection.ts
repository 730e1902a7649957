import type { Socket } from "node:net";
import { isTerminalErrorCode, TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { EventsAnswer, HostAnswer, HostCall, HostEvent } from "../common/host-frames.js";
import type { TerminalEvent } from "../common/session-host.js";
import type { HostWay } from "./dial-host.js";
import { FrameStream } from "./frame-stream.js";
import { HeardEvents } from "./heard-events.js";
import { SilenceWatch } from "./silence-watch.js";

/** How long calls wait for a host that is being restarted. */
const RECONNECT_MS = 10_000;
const RETRY_MIN_MS = 20;
const RETRY_MAX_MS = 500;
/** Between rounds of retries that nobody waits for: without a connection no event is heard. */
const AGAIN_MS = 3_000;
/**
 * 60 s for what the host answers from what it has, or by starting one program: four times what the slowest takes on a machine that a
 * class is busy on. A command takes as long as its learner lets it.
 */
const ANSWER_MS = 60_000;
const UNBOUNDED: ReadonlySet<HostCall["method"]> = new Set(["run"]);
/** A connection that lasted as long was one, also where nothing was said on it. */
const STEADY_MS = 1_000;

/** How the host is reached, for calls and for each program, and for how long. */
export interface ConnectOptions extends HostWay {
  /** Ends waiting for the first connection, and later the connection itself. */
  signal?: AbortSignal;
  /** Milliseconds a call waits for a lost host before TERMINAL_HOST_LOST; 10,000 where not given. */
  reconnectMs?: number;
  /** The home of its session was there before it and may hold a learner's files: they are laid out by a program of the learner's. */
  hasOldHomes?: boolean;
}

/** What is asked of a host; the connection gives it its number. */
export type HostQuestion = HostCall extends infer Call
  ? Call extends HostCall
    ? Omit<Call, "call">
    : never
  : never;

interface Waiting {
  body: HostQuestion;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  /** Whether it was sent once more, to a host that had lost what the one before had. */
  isRepeated?: boolean;
}

/** The connection for calls and events of one host, made anew whenever it is lost, until it is closed. */
export class HostConnection {
  readonly #options: ConnectOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<(event: TerminalEvent) => void>();
  readonly #heard = new HeardEvents((event) => {
    for (const listener of this.#listeners) listener(event);
  });
  /** The call of this connection that asks for what was missed before it. */
  #missedCall: number | undefined;
  #stream: FrameStream | undefined;
  #connecting: Promise<void> | undefined;
  #calls = 0;
  #isClosed = false;
  /** Whether what connects now was begun for nobody. */
  #isRetrying = false;
  /** When the first attempt was made to have a connection that lasts; absent while there is one. */
  #triedSince: number | undefined;
  #pause = RETRY_MIN_MS;
  /** Until the next round that nobody waits for; one at a time. */
  #again: NodeJS.Timeout | undefined;

  constructor(options: ConnectOptions) {
    this.#options = options;
    options.signal?.addEventListener("abort", () => void this.close(), { once: true });
  }

  /** Resolves when there is a connection. Throws TERMINAL_HOST_LOST where there is none within the deadline. */
  ready(): Promise<void> {
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined));
    return this.#connecting;
  }

  /** Waits for a host that is being restarted, for as long as a call may. Throws TERMINAL_HOST_LOST. */
  async reachable(): Promise<void> {
    if (this.#stream) return;
    const hasBegun = this.#isRetrying;
    const deadline = performance.now() + this.#reconnectMs;
    try {
      await this.ready();
    } catch (error) {
      if (!hasBegun || this.#isClosed || isSettled(error)) throw error;
      // The round that was joined may have been nearly over; the next one is waited for as long as is left.
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(error as Error), deadline - performance.now());
      });
      await Promise.race([this.ready(), late]).finally(() => clearTimeout(timer));
    }
  }

  /** What the host answers; also by another connection, but for keystrokes. Throws what it answers, TERMINAL_HOST_LOST. */
  async call(body: HostQuestion): Promise<unknown> {
    // Sent before this returns where there is a connection: whoever closes it next closes it after the call.
    if (!this.#stream) await this.reachable();
    const call = this.#calls++;
    let late: NodeJS.Timeout | undefined;
    const answer = new Promise((resolve, reject) => {
      this.#waiting.set(call, { body, resolve, reject });
      this.#stream?.json({ call, ...body });
      if (!UNBOUNDED.has(body.method)) late = setTimeout(() => this.#giveUp(call), ANSWER_MS);
    });
    return answer.finally(() => clearTimeout(late));
  }

  /** An answer that comes yet is nobody's. */
  #giveUp(call: number): void {
    const waiting = this.#waiting.get(call);
    if (!this.#waiting.delete(call)) return;
    waiting?.reject(
      lost(`has brought no answer to "${waiting.body.method}" in ${String(ANSWER_MS / 1000)} s`),
    );
  }

  onEvent(listener: (event: TerminalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#again);
    this.#stream?.end();
    this.#stream = undefined;
    this.#rejectAll(closed());
  }

  async #connect(): Promise<void> {
    try {
      this.#stream = await this.#dial();
    } catch (error) {
      this.#settle();
      throw error;
    }
    for (const [call, waiting] of this.#waiting) {
      waiting.isRepeated = true;
      this.#stream.json({ call, ...waiting.body });
    }
  }

  /** Tries until the deadline, which goes on where the connection before was ended as soon as it was made. */
  async #dial(): Promise<FrameStream> {
    let failure: unknown =
      this.#triedSince === undefined ? undefined : lost("is ended as soon as it is made");
    this.#triedSince ??= performance.now();
    const deadline = this.#triedSince + this.#reconnectMs;
    for (;;) {
      if (failure !== undefined) {
        if (isSettled(failure) || performance.now() + this.#pause > deadline) throw failure;
        await delay(this.#pause);
        this.#pause = Math.min(RETRY_MAX_MS, this.#pause * 2);
      }
      if (this.#isClosed || this.#options.signal?.aborted) throw closed();
      try {
        const stream = this.#greet(await this.#options.dial());
        if (!this.#isClosed) return stream;
        // Nobody else would end it.
        stream.end();
        failure = closed();
      } catch (error) {
        failure = error;
      }
    }
  }

  get #reconnectMs(): number {
    return this.#options.reconnectMs ?? RECONNECT_MS;
  }

  /** The next attempt is the first again. */
  #settle(): void {
    this.#triedSince = undefined;
    this.#pause = RETRY_MIN_MS;
  }

  #greet(socket: Socket): FrameStream {
    const { lookMs } = this.#options;
    const madeAt = performance.now();
    const ask = (): void => stream.json({ call: this.#calls++, method: "sessions" });
    const dead = (): void => stream.destroy();
    const silence = lookMs === undefined ? undefined : new SilenceWatch({ ask, dead, lookMs });
    const stream = new FrameStream(socket, {
      json: (text) => this.#receive(text),
      closed: () => {
        silence?.stop();
        if (performance.now() - madeAt > STEADY_MS) this.#settle();
        this.#handleLoss();
      },
    });
    socket.on("data", () => silence?.heard());
    stream.json({ type: "control" });
    if (lookMs !== undefined) stream.beat(lookMs);
    const after = this.#heard.begin();
    this.#missedCall = this.#calls++;
    stream.json({ call: this.#missedCall, method: "events", ...(after && { after }) });
    return stream;
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as HostAnswer | HostEvent;
    if ("event" in message) return this.#heard.take(message);
    if (message.call === this.#missedCall)
      return this.#heard.takeMissed(message.result as EventsAnswer | undefined);
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
    this.#reconnect();
  }

  /** Calls are not kept waiting for ever; the connection is tried for on and on, as long as it may come back. */
  #reconnect(): void {
    if (this.#isClosed || this.#stream) return;
    this.ready()
      .catch((error: unknown) => {
        this.#rejectAll(error as Error);
        if (!isSettled(error)) this.#again ??= setTimeout(() => this.#retry(), AGAIN_MS).unref();
      })
      .finally(() => (this.#isRetrying = false));
  }

  #retry(): void {
    this.#again = undefined;
    if (this.#isClosed || this.#stream) return;
    this.#isRetrying = this.#connecting === undefined;
    this.#reconnect();
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
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
