/** Bytes of output kept for readers that come back; about 10 windows of flow control. */
export const REPLAY_BYTES = 1_048_576;

const LF = 0x0a;
const CR = 0x0d;

/** The last bytes of a stream, numbered from its beginning. */
export class ReplayBuffer {
  readonly #limit: number;
  #chunks: Uint8Array[] = [];
  #start = 0;
  #end = 0;

  constructor(limit = REPLAY_BYTES) {
    this.#limit = limit;
  }

  /** Position of the oldest byte still held. */
  get start(): number {
    return this.#start;
  }

  /** Position after the newest byte. */
  get end(): number {
    return this.#end;
  }

  /** Adds bytes and drops whole old chunks beyond the limit. The chunk is kept, not copied. */
  append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#end += chunk.length;
    let drop = 0;
    while (drop < this.#chunks.length - 1 && this.#end - this.#start > this.#limit) {
      this.#start += this.#chunks[drop]?.length ?? 0;
      drop += 1;
    }
    if (drop > 0) this.#chunks.splice(0, drop);
  }

  /**
   * At most `limit` bytes from a position on, after `room` bytes for the caller; `undefined` where they are gone or were
   * never written.
   */
  read(from: number, limit: number, room = 0): Uint8Array<ArrayBuffer> | undefined {
    if (from < this.#start || from > this.#end) return undefined;
    const size = Math.min(limit, this.#end - from);
    const frame = new Uint8Array(room + size);
    const out = frame.subarray(room);
    let position = this.#end;
    for (let index = this.#chunks.length - 1; index >= 0; index -= 1) {
      const chunk = this.#chunks[index] as Uint8Array;
      position -= chunk.length;
      copyOverlap({ chunk, position }, { out, from });
      if (position <= from) break;
    }
    return frame;
  }

  /** Where the oldest whole line begins. */
  firstLine(): number {
    if (this.#start === 0) return 0;
    let position = this.#start;
    for (const chunk of this.#chunks) {
      const at = chunk.indexOf(LF);
      if (at !== -1) return position + at + 1;
      position += chunk.length;
    }
    return this.#start;
  }

  /** Where the line end is that so many line ends follow; `undefined` where there are fewer, or it is not CR LF. */
  lineEndBefore(count: number): number | undefined {
    let left = count;
    let position = this.#end;
    for (let index = this.#chunks.length - 1; index >= 0; index -= 1) {
      const chunk = this.#chunks[index] as Uint8Array;
      position -= chunk.length;
      for (let at = chunk.lastIndexOf(LF); at !== -1; at = at > 0 ? chunk.lastIndexOf(LF, at - 1) : -1) {
        left -= 1;
        if (left < 0 && at > 0 && chunk[at - 1] === CR) return position + at - 1;
      }
    }
    return undefined;
  }
}

function copyOverlap(
  source: { chunk: Uint8Array; position: number },
  target: { out: Uint8Array; from: number },
): void {
  const begin = Math.max(source.position, target.from);
  const end = Math.min(source.position + source.chunk.length, target.from + target.out.length);
  if (begin >= end) return;
  target.out.set(source.chunk.subarray(begin - source.position, end - source.position), begin - target.from);
}
