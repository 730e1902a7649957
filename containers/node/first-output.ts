/** Pieces are put together up to this size, so that a program that writes single characters keeps few of them. */
const PIECE_BYTES = 4 * 1024;
/** Bytes that are kept: some screens of text, with their colours. The oldest make room for new ones. */
const KEPT_BYTES = 64 * 1024;

interface Written {
  stream: "stdout" | "stderr";
  bytes: Buffer;
}

/** What a container wrote before anybody attached to it, in the order it was written. */
export class FirstOutput {
  #written: Written[] = [];
  #bytes = 0;
  #isTaken = false;

  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Keeps a copy, unless somebody has attached already. */
  append(stream: Written["stream"], bytes: Buffer): void {
    if (this.#isTaken) return;
    const kept = Buffer.from(bytes.subarray(-KEPT_BYTES));
    this.#bytes += kept.length;
    const last = this.#written.at(-1);
    if (last?.stream === stream && last.bytes.length + kept.length <= PIECE_BYTES)
      last.bytes = Buffer.concat([last.bytes, kept]);
    else this.#written.push({ stream, bytes: kept });
    while (this.#bytes > KEPT_BYTES) this.#bytes -= this.#written.shift()?.bytes.length ?? this.#bytes;
  }

  /** What was written; whoever attaches later gets nothing of it. */
  take(): Written[] {
    const written = this.#written;
    this.#isTaken = true;
    this.#written = [];
    return written;
  }
}
