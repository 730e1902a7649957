/** Bytes of output kept for readers that come back; about 10 windows of flow control. */
export const REPLAY_BYTES = 1_048_576;

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

  /** At most `limit` bytes from a position on; `undefined` where they are gone or were never written. */
  read(from: number, limit: number): Uint8Array | undefined {
    if (from < this.#start || from > this.#end) return undefined;
    const size = Math.min(limit, this.#end - from);
    const out = new Uint8Array(size);
    let position = this.#end;
    for (let index = this.#chunks.length - 1; index >= 0; index -= 1) {
      const chunk = this.#chunks[index] as Uint8Array;
      position -= chunk.length;
      copyOverlap({ chunk, position }, { out, from });
      if (position <= from) break;
    }
    return out;
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
