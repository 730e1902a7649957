import { EventEmitter, once, setMaxListeners } from "node:events";
import type { LogLine, LogOptions } from "../../cluster/containers/container-runtime.js";

/** Bytes that are kept of what one container wrote; the oldest lines make room for new ones. */
const KEPT_BYTES = 1024 * 1024;
/** What a line takes besides its bytes. */
const LINE_OVERHEAD_BYTES = 100;
/** A longer line is kept in parts, as containerd does. */
const LONGEST_LINE_BYTES = 16 * 1024;

type Stream = LogLine["stream"];

/** What one container wrote, line by line, in bounded memory. */
export class ContainerLog {
  readonly #changed = new EventEmitter();
  #lines: LogLine[] = [];
  /** How many lines were dropped before the first that is kept. */
  #dropped = 0;
  #bytes = 0;
  #rest: Record<Stream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  #isEnded = false;

  constructor() {
    // Everybody who follows the log listens.
    setMaxListeners(0, this.#changed);
  }

  /** Takes what was written; answers with what it takes to keep it, in bytes. */
  append(stream: Stream, written: Buffer): number {
    const before = this.#bytes;
    let rest = Buffer.concat([this.#rest[stream], written]);
    let added = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      added += this.#addLine(stream, rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    while (rest.length >= LONGEST_LINE_BYTES) {
      added += this.#add({ timeMs: now(), stream, bytes: copy(rest, LONGEST_LINE_BYTES), isPartial: true });
      rest = rest.subarray(LONGEST_LINE_BYTES);
    }
    this.#rest[stream] = Buffer.from(rest);
    if (before !== this.#bytes || added > 0) this.#changed.emit("change");
    return added;
  }

  /** Nothing more is written; a line that was not ended is kept as it is. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      const bytes = this.#rest[stream];
      if (bytes.length > 0) this.#add({ timeMs: now(), stream, bytes, isPartial: true });
    }
    this.#isEnded = true;
    this.#changed.emit("change");
  }

  async *read({ follow, tailLines, sinceMs = 0, signal }: LogOptions): AsyncGenerator<LogLine> {
    const kept = this.#lines.length;
    let at = this.#dropped + (tailLines === undefined ? 0 : Math.max(0, kept - tailLines));
    for (;;) {
      signal?.throwIfAborted();
      at = Math.max(at, this.#dropped);
      const line = this.#lines[at - this.#dropped];
      if (line === undefined) {
        if (!follow || this.#isEnded) return;
        await once(this.#changed, "change", { signal });
        continue;
      }
      at += 1;
      if (line.timeMs >= sinceMs) yield line;
    }
  }

  #addLine(stream: Stream, line: Buffer): number {
    let added = 0;
    let rest = line;
    for (; rest.length > LONGEST_LINE_BYTES; rest = rest.subarray(LONGEST_LINE_BYTES))
      added += this.#add({ timeMs: now(), stream, bytes: copy(rest, LONGEST_LINE_BYTES), isPartial: true });
    return added + this.#add({ timeMs: now(), stream, bytes: Buffer.from(rest), isPartial: false });
  }

  #add(line: LogLine): number {
    const takes = line.bytes.length + LINE_OVERHEAD_BYTES;
    this.#lines.push(line);
    this.#bytes += takes;
    if (this.#bytes > KEPT_BYTES) this.#makeRoom();
    return takes;
  }

  /** Drops a quarter at once: taking lines from the front one by one would move all others each time. */
  #makeRoom(): void {
    let count = 0;
    while (this.#bytes > KEPT_BYTES * 0.75 && count < this.#lines.length) {
      this.#bytes -= (this.#lines[count]?.bytes.length ?? 0) + LINE_OVERHEAD_BYTES;
      count += 1;
    }
    this.#lines = this.#lines.slice(count);
    this.#dropped += count;
  }
}

/** A part of its own: a view would keep all of what was read with it. */
function copy(bytes: Buffer, length: number): Buffer {
  return Buffer.from(bytes.subarray(0, length));
}

/** Finer than a millisecond, so that lines of one container can be told apart. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
