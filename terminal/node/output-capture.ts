import { plainText } from "../common/plain-text.js";

/** Raw bytes kept of one command; several times the plain text handed on, because colours take room. */
const CAPTURE_BYTES = 262_144;
/** Pieces at which they become one: a program may print byte by byte. */
const PIECES = 256;

/** The last bytes a command printed. */
export class OutputCapture {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #dropped = false;
  #sinceBookmark = 0;

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    if (this.#chunks.length > PIECES) this.#chunks = [Buffer.concat(this.#chunks)];
    this.#size += bytes.length;
    this.#sinceBookmark += bytes.length;
    while (this.#chunks.length > 1 && this.#size - (this.#chunks[0]?.length ?? 0) >= CAPTURE_BYTES) {
      this.#size -= this.#chunks.shift()?.length ?? 0;
      this.#dropped = true;
    }
  }

  /** Takes back the last bytes, which turned out to be the beginning of a mark. */
  cut(count: number): void {
    if (count <= 0) return;
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all.subarray(0, Math.max(0, all.length - count))];
    this.#size = this.#chunks[0]?.length ?? 0;
  }

  /** Remembers this place: what comes after it may not be the command's any more. */
  bookmark(): void {
    this.#sinceBookmark = 0;
  }

  /** Takes back what came after the bookmark. */
  cutToBookmark(): void {
    this.cut(this.#sinceBookmark);
  }

  text(): { output: string; outputTruncated: boolean } {
    const { text, truncated } = plainText(Buffer.concat(this.#chunks).toString("utf8"));
    return { output: text, outputTruncated: truncated || this.#dropped };
  }
}
