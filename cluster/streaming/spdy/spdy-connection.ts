import type { Duplex } from "node:stream";
import type { ControlFrame, DataPiece } from "./frames.js";
import { controlFrame, FLAG_FIN, FRAME, readFrames, RESET, words } from "./frames.js";
import { HeaderDecoder, HeaderEncoder } from "./header-codec.js";
import { LOOK_MS } from "../look.js";
import { SpdyStream } from "./spdy-stream.js";

/** Streams a client may have open on one connection: a port-forward takes two for each connection it carries. */
const MAX_STREAMS = 512;
/** Bytes that wait while those before are on their way to the client, of one stream where it is alone, and at least. */
const AHEAD_BYTES = 256 * 1024;
const LEAST_AHEAD_BYTES = 16 * 1024;
/** Of a command with its input, outputs and size, or of two forwarded connections. */
const FEW_STREAMS = 4;
/** Odd, and so none that a server begins: a client that has not sent it answers with nothing (draft 3.1, section 2.6.5). */
const LOOK_ID = 0xffff_ffff;
const LOOK = controlFrame(FRAME.ping, 0, words(LOOK_ID));

export interface SpdyConnectionOptions {
  /** Takes a stream the client opened; it may read and write at once. */
  onStream: (stream: SpdyStream) => void;
}

/**
 * The server's end of a SPDY/3.1 connection as Kubernetes uses it: only the client opens streams, and there is no flow control
 * but the connection's own, so that a stream nobody reads holds up the others, as in a real kubelet.
 */
export class SpdyConnection {
  readonly #transport: Duplex;
  readonly #options: SpdyConnectionOptions;
  readonly #decoder = new HeaderDecoder();
  readonly #encoder = new HeaderEncoder();
  readonly #streams = new Map<number, SpdyStream>();

  constructor(transport: Duplex, options: SpdyConnectionOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  /** Serves until the client goes or sends what is no SPDY; then every stream is destroyed. Never rejects. */
  async serve(): Promise<void> {
    // A stream without room keeps the loop from hearing of it.
    this.#transport.once("close", () => this.#end());
    try {
      for await (const frame of readFrames(this.#transport)) {
        if (this.#transport.destroyed) break;
        if (frame.kind === "data") await this.#takeData(frame);
        else if (frame.type === FRAME.goAway) break;
        else await this.#takeControl(frame);
      }
    } catch {
      // A client that breaks off and one that breaks the protocol are dropped alike.
    } finally {
      this.#end();
    }
  }

  async #takeData({ streamId, bytes, isLast }: DataPiece): Promise<void> {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    const looks = setInterval(() => this.#look(), LOOK_MS);
    await stream.receive(bytes);
    clearInterval(looks);
    if (isLast) stream.receiveEnd();
  }

  /** What waits to be written looks as well. */
  #look(): void {
    if (this.#transport.writableLength === 0) this.#write(LOOK);
  }

  async #takeControl({ type, flags, body }: ControlFrame): Promise<void> {
    if (type === FRAME.synStream) await this.#open(body, flags);
    else if (type === FRAME.ping) await this.#answerPing(body);
    else if (type === FRAME.rstStream) this.#streams.get(body.readUInt32BE(0))?.reset();
    else if (type === FRAME.headers) await this.#decoder.decode(body.subarray(4));
  }

  /** A client that sends our look back all the same must not be sent it again, and so on. */
  async #answerPing(body: Buffer): Promise<void> {
    if (body.readUInt32BE(0) !== LOOK_ID) await this.#send(controlFrame(FRAME.ping, 0, body));
  }

  async #open(body: Buffer, flags: number): Promise<void> {
    const id = body.readUInt32BE(0) & 0x7fff_ffff;
    const headers = await this.#decoder.decode(body.subarray(10));
    if (this.#streams.size >= MAX_STREAMS || this.#streams.has(id)) {
      await this.#send(controlFrame(FRAME.rstStream, 0, words(id, RESET.refused)));
      return;
    }
    const stream = new SpdyStream(id, headers, {
      send: (frame, done) => this.#write(frame, done),
      // The more there are the less each: all together they must not take what is for others.
      aheadBytes: Math.max(
        Math.floor((AHEAD_BYTES * FEW_STREAMS) / (this.#streams.size + FEW_STREAMS)),
        LEAST_AHEAD_BYTES,
      ),
    });
    this.#streams.set(id, stream);
    stream.once("close", () => this.#streams.delete(id));
    stream.on("error", () => undefined);
    const block = await this.#encoder.encode(new Map());
    await this.#send(controlFrame(FRAME.synReply, 0, Buffer.concat([words(id), block])));
    this.#options.onStream(stream);
    if ((flags & FLAG_FIN) !== 0) stream.receiveEnd();
  }

  /** Resolves when the transport has taken the frame, or is gone. */
  #send(frame: Buffer): Promise<void> {
    return new Promise((resolve) => this.#write(frame, resolve));
  }

  #write(frame: Buffer, done: () => void = () => undefined): void {
    if (this.#transport.writableEnded || this.#transport.destroyed) done();
    else this.#transport.write(frame, () => done());
  }

  #end(): void {
    for (const stream of this.#streams.values()) stream.destroy();
    this.#decoder.close();
    this.#encoder.close();
    this.#transport.destroy();
  }
}
