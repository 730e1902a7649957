/** Bytes of output kept for readers that come back; about 10 windows of flow control. */
export const REPLAY_BYTES = 1_048_576;

/**
 * Parts of the limit: chunks smaller than a block's fourth are gathered in blocks, so that a program which prints byte by byte
 * makes hardly more pieces to keep than others.
 */
const BLOCKS = 64;
const LF = 0x0a;
const CR = 0x0d;

/** The last bytes of a stream, numbered from its beginning. */
export class ReplayBuffer {
  readonly #limit: number;
  readonly #blockBytes: number;
  #chunks: Uint8Array[] = [];
  /** Where small chunks are gathered; the last of the chunks is what it holds so far. */
  #block: Uint8Array | undefined;
  #start = 0;
  #end = 0;

  constructor(limit = REPLAY_BYTES) {
    this.#limit = limit;
    this.#blockBytes = Math.floor(limit / BLOCKS);
  }

  /** Pieces of memory that are held. */
  get pieces(): number {
    return this.#chunks.length;
  }

  /** Position of the oldest byte still held. */
  get start(): number {
    return this.#start;
  }

  /** Position after the newest byte. */
  get end(): number {
    return this.#end;
  }

  /** Adds bytes and drops whole old chunks beyond the limit. A large chunk is kept, not copied. */
  append(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (chunk.length < this.#blockBytes / 4) this.#gather(chunk);
    else {
      this.#block = undefined;
      this.#chunks.push(chunk);
    }
    this.#end += chunk.length;
    let drop = 0;
    while (drop < this.#chunks.length - 1 && this.#end - this.#start > this.#limit) {
      this.#start += this.#chunks[drop]?.length ?? 0;
      drop += 1;
    }
    if (drop > 0) this.#chunks.splice(0, drop);
  }

  #gather(chunk: Uint8Array): void {
    const used = this.#block ? (this.#chunks.pop()?.length ?? 0) : 0;
    if (this.#block && used + chunk.length > this.#blockBytes) {
      this.#chunks.push(this.#block.subarray(0, used));
      this.#block = undefined;
    }
    const at = this.#block ? used : 0;
    this.#block ??= new Uint8Array(this.#blockBytes);
    this.#block.set(chunk, at);
    this.#chunks.push(this.#block.subarray(0, at + chunk.length));
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
