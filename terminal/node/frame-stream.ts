import type { Socket } from "node:net";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import { MAX_FRAME_BYTES } from "../common/host-frames.js";
import { StreamBeats } from "./stream-beats.js";

const HEADER_BYTES = 5;
/** Bytes a peer may leave unread; several snapshots fit, one that stopped reading is let go. */
const UNREAD_LIMIT = 32 * 1024 * 1024;
/** Bytes that may wait before a sender that looks is held up. */
const QUEUE_BYTES = 1024 * 1024;
const KIND_JSON = 0;
const KIND_OUTPUT = 1;
/** Says nothing; written to learn whether anybody is there. With a byte it is a beat: whoever sends one sends another soon. */
const KIND_EMPTY = 2;
const BEAT = Uint8Array.of(0);
/** A socket that is not read does not tell that the other side has gone: only what is written to it does. */
const LOOK_MS = 1_000;

/** What arrives: JSON text, or a frame of output. */
export interface FrameHandlers {
  json(text: string): void;
  output?(frame: Uint8Array): void;
  /** The connection has ended, as soon as that is known: frames may still wait for `resume`. */
  gone?(): void;
  /** Once, whatever ended the connection, behind the last frame. */
  closed?(error?: Error): void;
}

/** One frame of JSON as it stands on the wire. */
export function encodeJsonFrame(message: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  return Buffer.concat([encodeHeader(KIND_JSON, body.length), body]);
}

/** Frames of `host-frames.ts` on one connection; a hostile length ends the connection. */
export class FrameStream {
  readonly #socket: Socket;
  #handlers: FrameHandlers;
  #buffers: Buffer[] = [];
  #size = 0;
  /** The other side has sent all it will. */
  #hasEnded = false;
  #isDropped = false;
  #isClosed = false;
  #hasToldClosed = false;
  #failure: Error | undefined;
  #isPaused = false;
  #isDetached = false;
  #looks: NodeJS.Timeout | undefined;
  #beats: StreamBeats | undefined;

  constructor(socket: Socket, handlers: FrameHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.on("data", this.#receive);
    socket.on("error", (error) => (this.#failure = error));
    socket.on("end", () => (this.#hasEnded = true));
    socket.on("close", () => this.#close());
  }

  get #isDelivering(): boolean {
    return !this.#isPaused && this.#mayDeliver;
  }

  /** A socket that has ended is destroyed although what came over it still waits for somebody who paused. */
  get #mayDeliver(): boolean {
    const isThere = this.#hasEnded || !this.#socket.destroyed;
    return isThere && !this.#isDropped && !this.#isDetached;
  }

  get isClosed(): boolean {
    return this.#isClosed || this.#socket.destroyed;
  }

  setHandlers(handlers: FrameHandlers): void {
    this.#handlers = handlers;
  }

  /** Says from now on that this side is there, and ends the connection where the other, which has said so too, falls silent. */
  beat(everyMs: number): void {
    if (this.isClosed) return;
    const silent = new TerminalError(terminalErrorCodes.hostLost, "The other side does not answer any more.");
    this.#beats ??= new StreamBeats({
      beat: () => this.#send(KIND_EMPTY, BEAT),
      isReading: () => !this.#isPaused,
      dead: () => this.destroy(silent),
      everyMs,
    });
  }

  /** Lets go of the socket for another use; returns what had come after the last frame. */
  detach(): Buffer {
    this.#isDetached = true;
    this.#socket.off("data", this.#receive);
    this.#stopLooking();
    this.#beats?.stop();
    return Buffer.concat(this.#buffers);
  }

  json(message: unknown): void {
    this.#send(KIND_JSON, Buffer.from(JSON.stringify(message)));
  }

  output(frame: Uint8Array): void {
    this.#send(KIND_OUTPUT, frame);
  }

  /** Resolves when little is queued, so that whoever sends much does not outrun the other side; at once where the connection is gone. */
  async drained(): Promise<void> {
    if (this.isClosed || this.#socket.writableLength < QUEUE_BYTES) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        this.#socket.off("drain", settle);
        this.#socket.off("close", settle);
        resolve();
      };
      this.#socket.on("drain", settle);
      this.#socket.on("close", settle);
    });
  }

  /** Lets the other side wait; what has arrived already waits as well. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
    if (!this.#isClosed) this.#looks ??= setInterval(() => this.#send(KIND_EMPTY, new Uint8Array()), LOOK_MS);
  }

  resume(): void {
    this.#isPaused = false;
    this.#stopLooking();
    this.#deliverAll();
    if (this.#isPaused) return;
    this.#socket.resume();
    if (this.#isClosed) this.#tellClosed();
  }

  /** Sends what is queued, then ends. */
  end(): void {
    this.#socket.end();
  }

  /** Ends at once; what waits is dropped. */
  destroy(error?: Error): void {
    this.#isDropped = true;
    this.#socket.destroy(error);
    if (this.#isClosed) this.#tellClosed();
  }

  #send(kind: number, body: Uint8Array): void {
    if (this.#isClosed || this.#socket.writableEnded || this.#socket.destroyed) return;
    if (this.#socket.writableLength > UNREAD_LIMIT) {
      return this.destroy(new TerminalError(terminalErrorCodes.hostLost, "The other side stopped reading."));
    }
    this.#socket.cork();
    this.#socket.write(encodeHeader(kind, body.length));
    this.#socket.write(body);
    this.#socket.uncork();
  }

  readonly #receive = (bytes: Buffer): void => {
    this.#beats?.heard(false);
    this.#buffers.push(bytes);
    this.#size += bytes.length;
    this.#deliverAll();
  };

  #deliverAll(): void {
    while (this.#size >= HEADER_BYTES && this.#isDelivering) {
      if ((this.#buffers[0]?.length ?? 0) < HEADER_BYTES) this.#buffers = [Buffer.concat(this.#buffers)];
      const length = this.#buffers[0]?.readUInt32BE(0) ?? 0;
      if (length > MAX_FRAME_BYTES) return this.#refuse(length);
      if (this.#size < HEADER_BYTES + length) return;
      const all = this.#buffers.length === 1 ? (this.#buffers[0] as Buffer) : Buffer.concat(this.#buffers);
      const rest = all.subarray(HEADER_BYTES + length);
      this.#buffers = rest.length > 0 ? [rest] : [];
      this.#size = rest.length;
      this.#deliver(all.readUInt8(4), all.subarray(HEADER_BYTES, HEADER_BYTES + length));
    }
  }

  #deliver(kind: number, body: Buffer): void {
    if (kind === KIND_EMPTY) return body.length > 0 ? this.#beats?.heard(true) : undefined;
    if (kind === KIND_JSON) this.#handlers.json(body.toString("utf8"));
    else if (kind === KIND_OUTPUT && this.#handlers.output) this.#handlers.output(body);
    else this.destroy(new TerminalError(terminalErrorCodes.frameInvalid, `Frame kind ${kind} is not known.`));
  }

  #refuse(length: number): void {
    const message = `A frame of ${length} bytes was announced; at most ${MAX_FRAME_BYTES} are allowed.`;
    this.destroy(new TerminalError(terminalErrorCodes.frameInvalid, message));
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopLooking();
    this.#beats?.stop();
    this.#handlers.gone?.();
    const isAwaited = this.#isPaused && this.#mayDeliver && this.#size > 0;
    if (!isAwaited) this.#tellClosed();
  }

  #tellClosed(): void {
    if (this.#hasToldClosed) return;
    this.#hasToldClosed = true;
    this.#handlers.closed?.(this.#failure);
  }

  #stopLooking(): void {
    clearInterval(this.#looks);
    this.#looks = undefined;
  }
}

function encodeHeader(kind: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt32BE(length, 0);
  header.writeUInt8(kind, 4);
  return header;
}
