import { ACKNOWLEDGE_EVERY } from "../common/flow.js";
import {
  INPUT_LIMIT,
  closeCodes,
  decodeOutput,
  parseViewerEvent,
  type ViewerRequest,
} from "../common/viewer-frames.js";

/** Pauses between attempts to connect again. */
const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;
/** From asking for a ticket to the whole first screen, also over a slow line; then the server is asked again. */
const ANSWER_MS = 30_000;
/** Characters typed while there is no connection that are kept; more than anybody types blind. */
const TYPED_AHEAD = 16_384;

export type ConnectionState = "connecting" | "online" | "reconnecting" | "closed";

/** Why a connection is closed for good. */
export type CloseReason = "exited" | "not-allowed" | "not-found" | "disposed";

/** The screen as the connection sees it. */
export interface ConnectedScreen {
  /** Writes output; `parsed` is called when the emulator has taken it in. */
  write(data: Uint8Array, parsed: () => void): void;
  /** Resets, takes the size and writes the text. */
  restore(data: string, size: { columns: number; rows: number }): void;
  /** Takes the size that the terminal has, decided by whoever was active last. */
  setSize(columns: number, rows: number): void;
  /** The size that would fill the place on the page. */
  wishedSize(): { columns: number; rows: number } | undefined;
}

export interface ConnectionOptions {
  /** Fetches a fresh ticket and returns the WebSocket's address; called for every attempt. */
  connect: () => Promise<string>;
  screen: ConnectedScreen;
  onState?: (state: ConnectionState, reason?: CloseReason) => void;
  onExited?: (exitStatus: number) => void;
  /** Another shell is in the place of the one that was shown; nothing typed meanwhile was sent to it. */
  onReplaced?: () => void;
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
  #typedAhead = "";
  #isReadOnly = false;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    void this.#attempt("connecting");
  }

  get state(): ConnectionState {
    return this.#state ?? "connecting";
  }

  /** Sends keystrokes; while there is no connection they are kept up to a bound. */
  input(data: string): void {
    if (this.#isReadOnly || this.#isClosed) return;
    if (this.#state !== "online") {
      if (this.#typedAhead.length + data.length <= TYPED_AHEAD) this.#typedAhead += data;
      return;
    }
    for (const piece of pieces(data)) this.#send({ type: "input", data: piece });
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
    this.#send({ type: "hello", ...size, ...(resume && { resume }) });
  }

  #receive(data: string | ArrayBuffer): void {
    if (typeof data !== "string") return this.#output(new Uint8Array(data));
    const event = parseViewerEvent(data);
    if (!event) return;
    switch (event.type) {
      case "snapshot":
        this.#options.screen.restore(event.data, event);
        this.#join(event.stream, event.position, event.readOnly);
        return;
      case "ready":
        this.#options.screen.setSize(event.columns, event.rows);
        this.#join(event.stream, event.position, event.readOnly);
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

  #join(stream: string, position: number, readOnly: boolean): void {
    this.#stream = stream;
    this.#received = position;
    this.#parsed = position;
    this.#acknowledged = position;
    this.#isReadOnly = readOnly;
    this.#retryMs = RETRY_MIN_MS;
    clearTimeout(this.#answerTimer);
    this.#setState("online");
    const typed = this.#typedAhead;
    this.#typedAhead = "";
    const isReplaced = this.#shell !== undefined && this.#shell !== stream;
    this.#shell = stream;
    // It was meant for what ran in the other shell.
    if (isReplaced) this.#options.onReplaced?.();
    else if (typed) this.input(typed);
  }

  #output(frame: Uint8Array): void {
    const output = decodeOutput(frame);
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
    if (code === closeCodes.exited) this.#finish("exited");
    else if (code === closeCodes.noLongerAllowed) this.#finish("not-allowed");
    else if (code === closeCodes.terminalNotFound) this.#finish("not-found");
    else this.#retry();
  }

  #retry(): void {
    clearTimeout(this.#answerTimer);
    if (this.#isClosed) return;
    this.#setState("reconnecting");
    // Half of the pause is left to chance, so that a class does not come back all at once.
    const pause = this.#retryMs * (0.5 + Math.random() / 2);
    this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 2);
    this.#retryTimer = setTimeout(() => void this.#attempt("reconnecting"), pause);
  }

  #finish(reason: CloseReason): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#answerTimer);
    this.#socket?.close();
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

/** Input as frames may hold it; no character of two code units is cut. */
function pieces(data: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < data.length;) {
    const isCut = /[\ud800-\udbff]/.test(data.charAt(at + INPUT_LIMIT - 1));
    const end = at + INPUT_LIMIT - (isCut ? 1 : 0);
    found.push(data.slice(at, end));
    at = end;
  }
  return found;
}
