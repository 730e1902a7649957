/** The frames of SPDY/3.1 (draft 3.1, section 2): numbers are big-endian, the first eight bytes of each are its head. */

export const FRAME = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
} as const;

/** In the flags of a frame: the sender sends no more on the stream. */
export const FLAG_FIN = 1;
/** Statuses of RST_STREAM. */
export const RESET = { refused: 3, cancel: 5 } as const;

const HEAD_BYTES = 8;
const VERSION = 3;
/** Control frames are gathered; the largest are headers, of which Kubernetes sends some hundred bytes. */
const MAX_CONTROL_BYTES = 16 * 1024;

/** A whole control frame. */
export interface ControlFrame {
  kind: "control";
  type: number;
  flags: number;
  body: Buffer;
}

/** A part of a data frame: frames can be longer than what should be held of one. `isLast` where the stream ends with it. */
export interface DataPiece {
  kind: "data";
  streamId: number;
  bytes: Buffer;
  isLast: boolean;
}

/** Reads frames; throws a `RangeError` at a control frame of another version, or one that is too long. */
export async function* readFrames(source: AsyncIterable<Buffer>): AsyncGenerator<ControlFrame | DataPiece> {
  let held: Buffer = Buffer.alloc(0);
  let data: { streamId: number; left: number; isLast: boolean } | undefined;
  for await (const chunk of source) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (;;) {
      if (data !== undefined) {
        const bytes = held.subarray(0, data.left);
        held = held.subarray(bytes.length);
        data.left -= bytes.length;
        const isWhole = data.left === 0;
        if (isWhole || bytes.length > 0)
          yield { kind: "data", streamId: data.streamId, bytes, isLast: isWhole && data.isLast };
        if (!isWhole) break;
        data = undefined;
      }
      if (held.length < HEAD_BYTES) break;
      const head = readHead(held);
      if (head.isControl) {
        const end = HEAD_BYTES + head.length;
        if (held.length < end) break;
        const body = held.subarray(HEAD_BYTES, end);
        held = held.subarray(end);
        yield { kind: "control", type: head.type, flags: head.flags, body };
      } else {
        held = held.subarray(HEAD_BYTES);
        data = { streamId: head.streamId, left: head.length, isLast: (head.flags & FLAG_FIN) !== 0 };
      }
    }
  }
}

interface Head {
  isControl: boolean;
  type: number;
  streamId: number;
  flags: number;
  length: number;
}

function readHead(bytes: Buffer): Head {
  const first = bytes.readUInt32BE(0);
  const second = bytes.readUInt32BE(4);
  const isControl = first >>> 31 === 1;
  const length = second & 0xff_ffff;
  if (isControl && ((first >>> 16) & 0x7fff) !== VERSION)
    throw new RangeError(
      `a SPDY control frame should be of version ${VERSION}, and is of ${(first >>> 16) & 0x7fff}`,
    );
  if (isControl && length > MAX_CONTROL_BYTES)
    throw new RangeError(`a SPDY control frame may have ${MAX_CONTROL_BYTES} bytes, and has ${length}`);
  return { isControl, type: first & 0xffff, streamId: first & 0x7fff_ffff, flags: second >>> 24, length };
}

export function controlFrame(type: number, flags: number, body: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE((0x8000_0000 + VERSION * 0x1_0000 + type) >>> 0, 0);
  head.writeUInt32BE(((flags << 24) | body.length) >>> 0, 4);
  return Buffer.concat([head, body]);
}

export function dataFrame(streamId: number, bytes: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32BE(streamId, 0);
  head.writeUInt32BE(((flags << 24) | bytes.length) >>> 0, 4);
  return Buffer.concat([head, bytes]);
}

/** Numbers one after the other, in four bytes each. */
export function words(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, index * 4);
  return bytes;
}
