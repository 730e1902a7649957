const FIRST_BYTES = 4_096;

/** Bytes in the order they came. Adding and taking cost what is added and taken, however much waits. */
export class ByteQueue {
  #bytes = Buffer.alloc(0);
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  /** Adds the text in UTF-8. */
  add(text: string): void {
    const more = Buffer.byteLength(text);
    if (this.#to + more > this.#bytes.length) this.#makeRoom(more);
    this.#to += this.#bytes.write(text, this.#to);
  }

  /** Takes the first bytes off, fewer where there are not as many. */
  take(count: number): Buffer {
    const end = Math.min(this.#from + count, this.#to);
    const piece = Buffer.from(this.#bytes.subarray(this.#from, end));
    this.#from = end;
    if (this.length === 0) this.clear();
    return piece;
  }

  /** Forgets everything, and gives the memory back. */
  clear(): void {
    this.#bytes = Buffer.alloc(0);
    this.#from = 0;
    this.#to = 0;
  }

  /** Twice what is needed, so that it is seldom copied. */
  #makeRoom(more: number): void {
    const bytes = Buffer.alloc(Math.max(FIRST_BYTES, 2 * (this.length + more)));
    this.#to = this.#bytes.copy(bytes, 0, this.#from, this.#to);
    this.#from = 0;
    this.#bytes = bytes;
  }
}
