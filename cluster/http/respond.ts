import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gzip } from "node:zlib";
import { promisify } from "node:util";
import type { Status } from "../api/status.js";
import { internalError, StatusError } from "../api/status.js";

const gzipAsync = promisify(gzip);

/** Bytes from which an answer is worth compressing, as kube-apiserver judges. */
const GZIP_FROM_BYTES = 128 * 1024;
/** Characters sent in one go: larger ones take memory, smaller ones time. */
const PIECE_CHARS = 64 * 1024;
/** Milliseconds in which a client must take something of its answer. */
const STALLED_AFTER_MS = 60_000;
/** Characters of all warnings of one answer; headers have to fit. */
const MAX_WARNING_CHARS = 4096;

/** One request's answer: collects warnings until it is sent. */
export class Reply {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #warnings = new Set<string>();

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.#request = request;
    this.#response = response;
  }

  get response(): ServerResponse {
    return this.#response;
  }

  readonly warn = (text: string): void => {
    this.#warnings.add(text);
  };

  async json(code: number, body: unknown): Promise<void> {
    await this.text(code, `${JSON.stringify(body)}\n`, "application/json");
  }

  /** Sends an already serialised body, compressed when it is large and the client can read it. */
  async text(
    code: number,
    body: string,
    contentType: string,
    headers: Record<string, string> = {},
  ): Promise<void> {
    if (this.#response.headersSent || this.#response.destroyed) return;
    const isZipped = body.length > GZIP_FROM_BYTES && this.#acceptsGzip();
    // What is no larger than a piece goes out with its headers in one write.
    const isShort = body.length <= PIECE_CHARS;
    const sent = isZipped ? await gzipAsync(body, { level: 1 }) : isShort ? body : Buffer.from(body);
    const length = Buffer.byteLength(sent);
    this.writeWarnings();
    this.#response.writeHead(code, {
      "content-type": contentType,
      "content-length": length,
      "cache-control": "no-cache, private",
      ...(isZipped && { "content-encoding": "gzip" }),
      ...(body.length > GZIP_FROM_BYTES && { vary: "Accept-Encoding" }),
      ...headers,
    });
    // Text of one byte a character is the same in both encodings, and several times cheaper to write in this one.
    const encoding = length === sent.length ? "latin1" : "utf8";
    if (this.#request.method === "HEAD") this.#response.end();
    else this.#response.end(sent, encoding);
  }

  /**
   * Sends a body that is made while it is sent, no faster than the client takes it; a short one goes as a whole. Throws
   * what making it throws; a client that goes away, or stops reading for a minute, ends it without an error.
   */
  async pieces(code: number, pieces: Iterator<string>, contentType: string): Promise<void> {
    const response = this.#response;
    const start = gathered(pieces, GZIP_FROM_BYTES);
    if (start.isWhole) return this.text(code, start.text, contentType);
    if (response.headersSent || response.destroyed) return;
    const isZipped = this.#acceptsGzip();
    this.writeWarnings();
    response.writeHead(code, {
      "content-type": contentType,
      "cache-control": "no-cache, private",
      vary: "Accept-Encoding",
      ...(isZipped && { "content-encoding": "gzip" }),
    });
    if (this.#request.method === "HEAD") {
      response.end();
      return;
    }
    response.setTimeout(STALLED_AFTER_MS, () => response.destroy());
    const body = Readable.from(batches(start.text, pieces), { objectMode: false });
    try {
      await (isZipped ? pipeline(body, createGzip({ level: 1 }), response) : pipeline(body, response));
    } catch (error) {
      if (!response.destroyed || (error as { code?: string }).code !== "ERR_STREAM_PREMATURE_CLOSE")
        throw error;
    }
  }

  bytes(code: number, body: Buffer, contentType: string, headers: Record<string, string> = {}): void {
    this.#response.writeHead(code, {
      "content-type": contentType,
      "content-length": body.length,
      ...headers,
    });
    this.#response.end(this.#request.method === "HEAD" ? undefined : body);
  }

  /** Sends a code and nothing else. */
  empty(code: number): void {
    this.#response.writeHead(code, { "content-length": 0 });
    this.#response.end();
  }

  async status(status: Status): Promise<void> {
    const retryAfter = status.details?.retryAfterSeconds;
    const headers = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
    await this.text(status.code, `${JSON.stringify(status)}\n`, "application/json", headers);
  }

  /** Sends what went wrong; anything but a `StatusError` is an internal error, which the caller should log. */
  async error(error: unknown): Promise<void> {
    // In the midst of an answer all that can be said is that it is not complete.
    if (this.#response.headersSent) {
      this.#response.destroy();
      return;
    }
    if (error instanceof StatusError) await this.status(error.status);
    else await this.status(internalError(error instanceof Error ? error.message : "unknown", error).status);
  }

  writeWarnings(): void {
    const headers: string[] = [];
    let length = 0;
    for (const text of this.#warnings) {
      length += text.length;
      if (length > MAX_WARNING_CHARS) break;
      headers.push(`299 - ${quote(text)}`);
    }
    if (headers.length > 0) this.#response.setHeader("warning", headers);
  }

  #acceptsGzip(): boolean {
    return (this.#request.headers["accept-encoding"] ?? "").includes("gzip");
  }
}

/** The next pieces up to `chars`, and whether they are all there are. */
function gathered(pieces: Iterator<string>, chars: number): { text: string; isWhole: boolean } {
  let text = "";
  while (text.length < chars) {
    const next = pieces.next();
    if (next.done === true) return { text, isWhole: true };
    text += next.value;
  }
  return { text, isWhole: false };
}

function* batches(start: string, pieces: Iterator<string>): Generator<string> {
  yield start;
  for (;;) {
    const { text, isWhole } = gathered(pieces, PIECE_CHARS);
    if (text !== "") yield text;
    if (isWhole) return;
  }
}

/** A quoted-string of HTTP; control characters and what is not Latin-1 cannot be in a header. */
function quote(text: string): string {
  const clean = text.replaceAll(/[^\x20-\x7E]+/g, " ").replaceAll(/["\\]/g, String.raw`\$&`);
  return `"${clean}"`;
}
