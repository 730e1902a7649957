import { terminalErrorCodes } from "../common/errors.js";
import { account, commit, credit, openFlow, type Flow } from "../common/flow.js";
import type { ReplayBuffer } from "../common/replay-buffer.js";
import type { ScreenSize, SizeHistory } from "../common/size-history.js";
import {
  POSITION_BYTES,
  putPosition,
  type ViewerEvent,
  type ViewerRequest,
} from "../common/viewer-frames.js";
import type { PageInput } from "./page-input.js";
import type { Snapshot } from "./screen.js";

/** Bytes of one frame. */
const FRAME_BYTES = 65_536;
/** Output that follows earlier output within this time waits so long for more; the first byte after a pause never waits. */
const BATCH_MS = 4;
/** Bytes that do not wait for more: a whole frame, since each costs the host, the server and the page as much as the next. */
const BATCH_BYTES = FRAME_BYTES;
/** A reader that acknowledged nothing for so long no longer holds up the shell; it gets a snapshot later. */
const STALLED_MS = 10_000;

/** What a viewer needs of its terminal. */
export interface ViewedTerminal {
  readonly stream: string;
  readonly replay: ReplayBuffer;
  readonly sizes: SizeHistory;
  readonly pageInput: PageInput;
  readonly exitStatus: number | undefined;
  snapshot(): Promise<Snapshot>;
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
  size: ScreenSize | undefined;
  readonly #terminal: ViewedTerminal;
  readonly #sink: ViewerSink;
  #page: string | undefined;
  #flow: Flow | undefined;
  /** A screen that is being sent, with a window of its own that counts its bytes. */
  #snapshot: (Snapshot & { flow: Flow }) | undefined;
  #isRestarting = false;
  /** Number of the size that this reader was told last. */
  #told = 0;
  #lastWord: ViewerEvent | undefined;
  #lastSent = 0;
  #lastProgress = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(terminal: ViewedTerminal, sink: ViewerSink, readOnly: boolean) {
    this.#terminal = terminal;
    this.#sink = sink;
    this.readOnly = readOnly;
  }

  /** Bytes of the stream not yet parsed by this reader; `undefined` while it does not count. */
  get backlog(): number | undefined {
    if (!this.#flow || (this.#flow.paused && performance.now() - this.#lastProgress > STALLED_MS))
      return undefined;
    return this.#terminal.replay.end - this.#flow.committed;
  }

  handle(request: ViewerRequest): void {
    switch (request.type) {
      case "hello":
        this.#page ??= request.page;
        if (request.columns !== undefined && request.rows !== undefined)
          this.#wish(request.columns, request.rows);
        this.#start(request.resume);
        return;
      case "input":
        if (!this.readOnly) this.#type(request.data, request.at);
        return;
      case "resize":
        this.#wish(request.columns, request.rows);
        return;
      case "ack":
        this.#acknowledge(request.position);
        return;
      case "restored":
        this.#acknowledgeSnapshot(request.bytes);
        return;
      case "ping":
        this.#sink.event({ type: "pong", ...this.#typed() });
    }
  }

  /** Sends what the window allows; called whenever there is more output. */
  pump(): void {
    if (!this.#flow || this.#closed) return;
    const wait = this.#lastSent + BATCH_MS - performance.now();
    if (wait <= 0 || this.#terminal.replay.end - this.#flow.sent >= BATCH_BYTES) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), wait);
  }

  /** Sends all output that is left, as fast as it is taken, and then a last word. */
  finish(event: ViewerEvent): void {
    this.#lastWord = event;
    this.#send();
  }

  close(): void {
    this.#closed = true;
    this.#snapshot = undefined;
    clearTimeout(this.#timer);
  }

  #typed(): { typed?: number } {
    return this.#page === undefined ? {} : { typed: this.#terminal.pageInput.typed(this.#page) };
  }

  #type(data: string, at: number | undefined): void {
    const isCounted = this.#page !== undefined && at !== undefined;
    const fresh = isCounted ? this.#terminal.pageInput.fresh(this.#page as string, at, data) : data;
    if (fresh) this.#terminal.input(fresh, this);
  }

  #wish(columns: number, rows: number): void {
    if (this.readOnly) return;
    this.size = { columns, rows };
    this.#terminal.wish(this);
  }

  #start(resume: { stream: string; position: number } | undefined): void {
    if (this.#flow || this.#isRestarting || this.#snapshot) return;
    const { replay, stream, sizes } = this.#terminal;
    const held =
      resume && resume.stream === stream && resume.position >= replay.start && resume.position <= replay.end;
    if (!held) return this.#restart();
    const { columns, rows, number } = sizes.at(resume.position);
    this.#told = number;
    this.#open(resume.position);
    const { readOnly } = this;
    this.#sink.event({
      type: "ready",
      stream,
      position: resume.position,
      columns,
      rows,
      readOnly,
      ...this.#typed(),
    });
    this.#follow();
  }

  #restart(): void {
    if (this.#isRestarting) return;
    this.#isRestarting = true;
    this.#flow = undefined;
    this.#terminal
      .snapshot()
      .then((snapshot) => this.#begin(snapshot))
      .catch((error: unknown) => this.#fail(error))
      .finally(() => (this.#isRestarting = false));
  }

  #begin(snapshot: Snapshot): void {
    if (this.#closed) return;
    const { stream } = this.#terminal;
    const { position, bytes, size } = snapshot;
    const { columns, rows, number } = size;
    const { readOnly } = this;
    this.#told = number;
    this.#snapshot = { ...snapshot, flow: openFlow(0) };
    this.#lastProgress = performance.now();
    this.#sink.event({
      type: "snapshot",
      stream,
      position,
      columns,
      rows,
      readOnly,
      bytes: bytes.length,
      ...this.#typed(),
    });
    this.#sendSnapshot();
  }

  #sendSnapshot(): void {
    while (this.#snapshot && !this.#closed) {
      const { bytes, flow, position } = this.#snapshot;
      if (flow.sent === bytes.length) {
        this.#snapshot = undefined;
        this.#open(position);
        return this.#follow();
      }
      const size = Math.min(credit(flow), FRAME_BYTES, bytes.length - flow.sent);
      if (size === 0) return;
      const frame = new Uint8Array(POSITION_BYTES + size);
      putPosition(frame, flow.sent);
      frame.set(bytes.subarray(flow.sent, flow.sent + size), POSITION_BYTES);
      this.#snapshot.flow = account(flow, size);
      this.#sink.output(frame);
    }
  }

  #acknowledgeSnapshot(bytes: number): void {
    if (!this.#snapshot) return;
    this.#snapshot.flow = commit(this.#snapshot.flow, bytes);
    this.#sendSnapshot();
  }

  /** A reader who comes after the end sees the last screen and hears that it was the last. */
  #follow(): void {
    const { exitStatus } = this.#terminal;
    if (exitStatus !== undefined) this.#lastWord = { type: "exited", exitStatus };
    this.#send();
  }

  /** The session was ended while its screen was being read: there is nothing left to show. */
  #fail(error: unknown): void {
    const message = `The screen could not be read: ${String(error)}`;
    this.#sink.event({ type: "error", code: terminalErrorCodes.notFound, message });
  }

  #open(position: number): void {
    this.#flow = openFlow(position);
    this.#lastProgress = performance.now();
  }

  #acknowledge(position: number): void {
    if (!this.#flow) return;
    this.#flow = commit(this.#flow, position);
    this.#lastProgress = performance.now();
    this.#terminal.acknowledged();
    this.#send();
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#flow && !this.#closed) {
      const { replay, sizes } = this.#terminal;
      const { sent } = this.#flow;
      // Only a reader that has room gets a snapshot, or one that stopped reading would get one after the other.
      if (sent < replay.start && !this.#flow.paused) return this.#restart();
      const change = sizes.after(this.#told);
      if (change && change.position <= sent) {
        this.#told = change.number;
        this.#sink.event({ type: "size", columns: change.columns, rows: change.rows });
        continue;
      }
      const end = change ? Math.min(change.position, replay.end) : replay.end;
      const frame = this.#takeFrame(Math.min(credit(this.#flow), FRAME_BYTES, end - sent));
      if (!frame) return this.#sayLastWord();
      this.#sink.output(frame);
    }
  }

  #takeFrame(size: number): Uint8Array | undefined {
    if (!this.#flow || size <= 0) return undefined;
    const { sent } = this.#flow;
    const frame = this.#terminal.replay.read(sent, size, POSITION_BYTES);
    if (!frame) return undefined;
    putPosition(frame, sent);
    this.#flow = account(this.#flow, frame.length - POSITION_BYTES);
    if (this.#flow.paused) this.#lastProgress = performance.now();
    this.#lastSent = performance.now();
    return frame;
  }

  #sayLastWord(): void {
    if (!this.#lastWord || this.#flow?.sent !== this.#terminal.replay.end) return;
    this.#sink.event(this.#lastWord);
    this.#lastWord = undefined;
  }
}
