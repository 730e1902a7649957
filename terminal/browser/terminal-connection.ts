import { ACKNOWLEDGE_EVERY } from "../common/flow.js";
import { closeCodes, decodeOutput, parseViewerEvent, type ViewerRequest } from "../common/viewer-frames.js";
import { ArrivingScreen, type JoinEvent } from "./arriving-screen.js";
import type { ConnectedScreen } from "./connected-screen.js";
import { Heartbeat } from "./heartbeat.js";
import { TypedInput } from "./typed-input.js";

/** Pauses between attempts to connect again. */
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;
/** From asking for a ticket to the whole first screen, also over a slow line; then the server is asked again. */
const ANSWER_MS = 30_000;

export type ConnectionState = "connecting" | "online" | "reconnecting" | "closed";

/** Why a connection is closed for good. */
export type CloseReason = "exited" | "not-allowed" | "not-found" | "disposed";

export interface ConnectionOptions {
  /** Fetches a fresh ticket and returns the WebSocket's address; called for every attempt. */
  connect: () => Promise<string>;
  screen: ConnectedScreen;
  onState?: (state: ConnectionState, reason?: CloseReason) => void;
  onExited?: (exitStatus: number) => void;
  /** Another shell is in the place of the one that was shown; nothing typed meanwhile was sent to it. */
  onReplaced?: () => void;
  /** So many characters were typed and wait for the connection; 0 when they do no longer. */
  onWaiting?: (characters: number) => void;
  /** Milliseconds an attempt may take until the screen is there; 30,000 where not given. */
  answerMs?: number;
}

/** Keeps one screen joined to its terminal, over lost networks and restarted servers, without losing or repeating a byte. */
export class TerminalConnection {
  readonly #options: ConnectionOptions;
  #socket: WebSocket | undefined;
  #state: ConnectionState | undefined;
  #stream: string | undefined;
  /** The shell shown last; its stream is its identity, and stays known when the screen is fetched anew. */
  #shell: string | undefined;
  #received = 0;
  #parsed = 0;
  #acknowledged = 0;
  #retryMs = RETRY_MIN_MS;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #answerTimer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  readonly #typed = new TypedInput();
  readonly #heartbeat: Heartbeat;
  #waiting = 0;
  /** A screen that is arriving. */
  #arriving: ArrivingScreen | undefined;
  #isReadOnly = false;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#heartbeat = new Heartbeat({
      ask: () => this.#send({ type: "ping" }),
      dead: () => this.#abandon(),
      look: (isLate) => this.#tellWaiting(isLate),
    });
    void this.#attempt("connecting");
  }

  get state(): ConnectionState {
    return this.#state ?? "connecting";
  }

  /** Sends keystrokes; while there is no connection they are kept up to a bound. */
  input(data: string): void {
    if (this.#isReadOnly || this.#isClosed) return;
    const isOnline = this.#state === "online";
    if (!this.#typed.add(data, isOnline)) return;
    if (isOnline) this.#sendTyped(data.length);
    else this.#tellWaiting(true);
  }

  /** Asks for a size; it comes back through the screen once the terminal has it. */
  resize(columns: number, rows: number): void {
    if (this.#state === "online" && !this.#isReadOnly) this.#send({ type: "resize", columns, rows });
  }

  /** Connects now instead of waiting out the pause. */
  retryNow(): void {
    if (this.#state !== "reconnecting" || !this.#retryTimer) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    void this.#attempt("reconnecting");
  }

  close(): void {
    this.#finish("disposed");
  }

  async #attempt(state: "connecting" | "reconnecting"): Promise<void> {
    this.#retryTimer = undefined;
    this.#setState(state);
    this.#attempts += 1;
    const attempt = this.#attempts;
    this.#answerTimer = setTimeout(() => this.#abandon(), this.#options.answerMs ?? ANSWER_MS);
    try {
      const url = await this.#options.connect();
      if (!this.#isClosed && attempt === this.#attempts) this.#open(new WebSocket(url));
    } catch {
      // The next attempt asks for a new ticket; the state on the page already says that there is no connection.
      if (attempt === this.#attempts) this.#retry();
    }
  }

  /** Nothing is waited for on the silent socket, not even its end. */
  #abandon(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#attempts += 1;
    this.#heartbeat.stop();
    socket?.close();
    this.#retry();
  }

  #open(socket: WebSocket): void {
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => this.#hello());
    socket.addEventListener("message", (event: MessageEvent<string | ArrayBuffer>) => {
      // What a socket that was given up still brings would be written twice.
      if (socket === this.#socket) this.#receive(event.data);
    });
    socket.addEventListener("close", (event) => this.#handleClose(socket, event.code));
  }

  #hello(): void {
    const size = this.#options.screen.wishedSize();
    const resume = this.#stream && { stream: this.#stream, position: this.#received };
    this.#send({ type: "hello", ...size, ...(resume && { resume }), page: this.#typed.page });
  }

  #receive(data: string | ArrayBuffer): void {
    this.#heartbeat.heard();
    if (typeof data !== "string") return this.#output(new Uint8Array(data));
    const event = parseViewerEvent(data);
    if (!event) return;
    switch (event.type) {
      case "snapshot":
        this.#arriving?.end();
        this.#arriving = new ArrivingScreen(event, this.#options.screen, (bytes) =>
          this.#send({ type: "restored", bytes }),
        );
        return this.#joinIfWhole();
      case "ready":
        this.#options.screen.setSize(event.columns, event.rows);
        this.#join(event);
        return;
      case "pong":
        if (event.typed !== undefined) this.#typed.confirm(event.typed);
        return;
      case "size":
        this.#options.screen.setSize(event.columns, event.rows);
        return;
      case "exited":
        this.#options.onExited?.(event.exitStatus);
        return;
      case "error":
        // The close code that follows says what to do about it.
        return;
    }
  }

  #join({ stream, position, readOnly, typed }: JoinEvent): void {
    this.#stream = stream;
    this.#received = position;
    this.#parsed = position;
    this.#acknowledged = position;
    this.#isReadOnly = readOnly;
    this.#retryMs = RETRY_MIN_MS;
    clearTimeout(this.#answerTimer);
    const wasOnline = this.#state === "online";
    this.#setState("online");
    if (wasOnline) return;
    this.#heartbeat.start();
    const isReplaced = this.#shell !== undefined && this.#shell !== stream;
    this.#shell = stream;
    // What was typed was meant for what ran in the other shell.
    if (isReplaced) this.#typed.forget();
    this.#typed.confirm(typed ?? 0);
    this.#sendTyped(this.#typed.waiting);
    this.#tellWaiting(false);
    if (isReplaced) this.#options.onReplaced?.();
  }

  /** The terminal leaves out what it has already. */
  #sendTyped(length: number): void {
    for (const piece of this.#typed.last(length)) this.#send({ type: "input", ...piece });
  }

  #tellWaiting(isLate: boolean): void {
    const waiting = isLate ? this.#typed.waiting : 0;
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    this.#options.onWaiting?.(waiting);
  }

  #joinIfWhole(): void {
    const arriving = this.#arriving;
    if (!arriving?.isWhole) return;
    arriving.end();
    this.#arriving = undefined;
    this.#join(arriving.event);
  }

  #output(frame: Uint8Array): void {
    const output = decodeOutput(frame);
    if (output && this.#arriving) {
      this.#arriving.add(output.bytes);
      return this.#joinIfWhole();
    }
    // Bytes that were received before are not written twice; a gap cannot be mended, so the whole screen is fetched.
    if (!output || output.position > this.#received) return this.#startOver();
    const fresh = output.bytes.subarray(this.#received - output.position);
    if (fresh.length === 0) return;
    this.#received += fresh.length;
    const end = this.#received;
    const stream = this.#stream;
    this.#options.screen.write(fresh, () => {
      if (stream === this.#stream) this.#acknowledge(end);
    });
  }

  #acknowledge(position: number): void {
    this.#parsed = Math.max(this.#parsed, position);
    if (this.#parsed - this.#acknowledged < ACKNOWLEDGE_EVERY) return;
    this.#acknowledged = this.#parsed;
    this.#send({ type: "ack", position: this.#parsed });
  }

  #startOver(): void {
    this.#stream = undefined;
    this.#socket?.close();
  }

  #handleClose(socket: WebSocket, code: number): void {
    if (socket !== this.#socket || this.#isClosed) return;
    this.#socket = undefined;
    this.#heartbeat.stop();
    if (code === closeCodes.exited) this.#finish("exited");
    else if (code === closeCodes.noLongerAllowed) this.#finish("not-allowed");
    else if (code === closeCodes.terminalNotFound) this.#finish("not-found");
    else this.#retry();
  }

  #retry(): void {
    clearTimeout(this.#answerTimer);
    this.#dropArriving();
    if (this.#isClosed) return;
    this.#tellWaiting(true);
    this.#setState("reconnecting");
    // Half of the pause is left to chance, so that a class does not come back all at once.
    const pause = this.#retryMs * (0.5 + Math.random() / 2);
    this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
    this.#retryTimer = setTimeout(() => void this.#attempt("reconnecting"), pause);
  }

  /** Half a screen cannot be gone on with. */
  #dropArriving(): void {
    if (!this.#arriving) return;
    this.#arriving.end();
    this.#arriving = undefined;
    this.#stream = undefined;
  }

  #finish(reason: CloseReason): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#answerTimer);
    this.#heartbeat.stop();
    this.#socket?.close();
    this.#tellWaiting(false);
    this.#setState("closed", reason);
  }

  #send(request: ViewerRequest): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }

  #setState(state: ConnectionState, reason?: CloseReason): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState?.(state, reason);
  }
}
