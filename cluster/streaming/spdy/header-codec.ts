import { constants, createDeflate, createInflate } from "node:zlib";
import { HEADER_DICTIONARY } from "./header-dictionary.js";

/** Bytes the headers of one frame may take when they are unpacked: those of Kubernetes take some hundred. */
const MAX_HEADER_BYTES = 64 * 1024;

/** Unpacks the header blocks of one SPDY/3.1 connection, which share one state and so have to come in their order. */
export class HeaderDecoder {
  readonly #inflate = createInflate({ dictionary: HEADER_DICTIONARY });
  #unpacked: Buffer[] = [];
  #bytes = 0;
  #fail: (error: Error) => void = () => undefined;

  constructor() {
    // It stays: an error can come when nobody waits any more, and must not end the process.
    this.#inflate.on("error", (error) => this.#fail(error));
    this.#inflate.on("data", (piece: Buffer) => {
      this.#bytes += piece.length;
      if (this.#bytes <= MAX_HEADER_BYTES) {
        this.#unpacked.push(piece);
        return;
      }
      this.#fail(new RangeError(`headers may have ${MAX_HEADER_BYTES} bytes unpacked, and have more`));
      this.#inflate.destroy();
    });
  }

  /** The headers by their lower-case names. Rejects when the block cannot be read or is too large. */
  async decode(block: Buffer): Promise<Map<string, string>> {
    this.#bytes = 0;
    this.#unpacked = [];
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      this.#inflate.write(block, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
    return parseHeaders(Buffer.concat(this.#unpacked));
  }

  close(): void {
    this.#inflate.destroy();
  }
}

/** Packs header blocks for the other end, in the order they are asked for. */
export class HeaderEncoder {
  readonly #deflate = createDeflate({ dictionary: HEADER_DICTIONARY });
  #packed: Buffer[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#deflate.on("data", (piece: Buffer) => this.#packed.push(piece));
    this.#deflate.on("error", () => undefined);
  }

  encode(headers: ReadonlyMap<string, string>): Promise<Buffer> {
    const block = this.#last.then(() => this.#pack(formatHeaders(headers)));
    this.#last = block;
    return block;
  }

  close(): void {
    this.#deflate.destroy();
  }

  #pack(text: Buffer): Promise<Buffer> {
    return new Promise((resolve) => {
      this.#deflate.write(text);
      this.#deflate.flush(constants.Z_SYNC_FLUSH, () => {
        const block = Buffer.concat(this.#packed);
        this.#packed = [];
        resolve(block);
      });
    });
  }
}

function parseHeaders(bytes: Buffer): Map<string, string> {
  let at = 0;
  const number = (): number => {
    at += 4;
    return bytes.readUInt32BE(at - 4);
  };
  const text = (): string => {
    const length = number();
    at += length;
    if (at > bytes.length) throw new RangeError("a header is longer than its block");
    return bytes.toString("latin1", at - length, at);
  };
  const headers = new Map<string, string>();
  for (let left = number(); left > 0; left -= 1) headers.set(text().toLowerCase(), text());
  return headers;
}

function formatHeaders(headers: ReadonlyMap<string, string>): Buffer {
  const texts = [...headers].flat().map((text) => Buffer.from(text, "latin1"));
  const numbers = [headers.size, ...texts.map(({ length }) => length)].map((value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  });
  const [count, ...lengths] = numbers as [Buffer, ...Buffer[]];
  return Buffer.concat([count, ...texts.flatMap((text, index) => [lengths[index] ?? Buffer.alloc(4), text])]);
}
