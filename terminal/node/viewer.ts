import { terminalErrorCodes } from "../common/errors.js";
import { account, commit, credit, openFlow, type Flow } from "../common/flow.js";
import type { ReplayBuffer } from "../common/replay-buffer.js";
import { encodeOutput, type ViewerEvent, type ViewerRequest } from "../common/viewer-frames.js";

/** Bytes of one output frame. */
const FRAME_BYTES = 65_536;
/** Output that follows earlier output within this time waits so long for more; the first byte after a pause never waits. */
const BATCH_MS = 4;
/** A reader that acknowledged nothing for so long no longer holds up the shell; it gets a snapshot later. */
const STALLED_MS = 10_000;

/** What a viewer needs of its terminal. */
export interface ViewedTerminal {
  readonly stream: string;
  readonly replay: ReplayBuffer;
  readonly columns: number;
  readonly rows: number;
  readonly exitStatus: number | undefined;
  snapshot(): Promise<{ data: string; position: number }>;
  input(text: string, from: Viewer): void;
  wish(from: Viewer): void;
  acknowledged(): void;
}

/** Where the frames of one reader go. */
export interface ViewerSink {
  event(event: ViewerEvent): void;
  output(frame: Uint8Array): void;
}

/** One reader of a terminal with its own place in the stream; a slow one falls behind alone. */
export class Viewer {
  readonly readOnly: boolean;
  /** The size this reader would like. */
  size: { columns: number; rows: number } | undefined;
  readonly #terminal: ViewedTerminal;
  readonly #sink: ViewerSink;
  #flow: Flow | undefined;
  #lastSent = 0;
  #lastProgress = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(terminal: ViewedTerminal, sink: ViewerSink, readOnly: boolean) {
    this.#terminal = terminal;
    this.#sink = sink;
    this.readOnly = readOnly;
  }

  /** Bytes of the stream not yet parsed by this reader; `undefined` while it does not count. */
  get backlog(): number | undefined {
    if (!this.#flow || (this.#flow.paused && Date.now() - this.#lastProgress > STALLED_MS)) return undefined;
    return this.#terminal.replay.end - this.#flow.committed;
  }

  handle(request: ViewerRequest): void {
    switch (request.type) {
      case "hello":
        if (request.columns !== undefined && request.rows !== undefined)
          this.#wish(request.columns, request.rows);
        this.#start(request.resume).catch((error: unknown) => this.#fail(error));
        return;
      case "input":
        if (!this.readOnly) this.#terminal.input(request.data, this);
        return;
      case "resize":
        this.#wish(request.columns, request.rows);
        return;
      case "ack":
        this.#acknowledge(request.position);
    }
  }

  /** Sends what the window allows; called whenever there is more output. */
  pump(): void {
    if (this.#timer || !this.#flow || this.#closed) return;
    const wait = this.#lastSent + BATCH_MS - Date.now();
    if (wait <= 0) this.#send();
    else this.#timer = setTimeout(() => this.#send(), wait);
  }

  /** Sends everything the window allows at once, before a last word. */
  finish(event: ViewerEvent): void {
    this.#send();
    this.#sink.event(event);
  }

  tell(event: ViewerEvent): void {
    if (this.#flow) this.#sink.event(event);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #wish(columns: number, rows: number): void {
    if (this.readOnly) return;
    this.size = { columns, rows };
    this.#terminal.wish(this);
  }

  async #start(resume: { stream: string; position: number } | undefined): Promise<void> {
    if (this.#flow) return;
    const { replay, stream, columns, rows } = this.#terminal;
    const held =
      resume && resume.stream === stream && resume.position >= replay.start && resume.position <= replay.end;
    if (!held) return this.#restart();
    this.#open(resume.position);
    this.#sink.event({
      type: "ready",
      stream,
      position: resume.position,
      columns,
      rows,
      readOnly: this.readOnly,
    });
    this.#follow();
  }

  async #restart(): Promise<void> {
    this.#flow = undefined;
    const { data, position } = await this.#terminal.snapshot();
    if (this.#closed) return;
    const { stream, columns, rows } = this.#terminal;
    this.#open(position);
    this.#sink.event({ type: "snapshot", stream, position, columns, rows, readOnly: this.readOnly, data });
    this.#follow();
  }

  /** A reader who comes after the end sees the last screen and hears that it was the last. */
  #follow(): void {
    const { exitStatus } = this.#terminal;
    if (exitStatus === undefined) this.#send();
    else this.finish({ type: "exited", exitStatus });
  }

  /** The session was ended while its screen was being read: there is nothing left to show. */
  #fail(error: unknown): void {
    const message = `The screen could not be read: ${String(error)}`;
    this.#sink.event({ type: "error", code: terminalErrorCodes.notFound, message });
  }

  #open(position: number): void {
    this.#flow = openFlow(position);
    this.#lastProgress = Date.now();
  }

  #acknowledge(position: number): void {
    if (!this.#flow) return;
    this.#flow = commit(this.#flow, position);
    this.#lastProgress = Date.now();
    this.#terminal.acknowledged();
    this.#send();
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#flow && !this.#closed) {
      const { replay } = this.#terminal;
      const { sent } = this.#flow;
      // Only a reader that has room gets a snapshot, or one that stopped reading would get one after the other.
      if (sent < replay.start && !this.#flow.paused) {
        return void this.#restart().catch((error: unknown) => this.#fail(error));
      }
      const size = Math.min(credit(this.#flow), FRAME_BYTES, replay.end - sent);
      const bytes = size > 0 ? replay.read(sent, size) : undefined;
      if (!bytes) return;
      this.#flow = account(this.#flow, bytes.length);
      if (this.#flow.paused) this.#lastProgress = Date.now();
      this.#lastSent = Date.now();
      this.#sink.output(encodeOutput(sent, bytes));
    }
  }
}
