import { fstatSync, writeSync } from "node:fs";
import { Writable } from "node:stream";

/** What could not be written since the last line that could. */
export interface Loss {
  lines: number;
  bytes: number;
  /** What the system said of the first of them. */
  reason: string;
}

/** 1 MiB: what a reader of our output may leave lying; more than that is a reader that has stopped. */
const BACKLOG_BYTES = 1024 * 1024;

/**
 * Lets neither standard stream end or hold up this process: what a full disk, a closed pipe or a reader that has stopped does not
 * take is dropped and counted, and `tell` makes the line that says so as soon as one can be written again.
 */
export function dropUnwritableOutput(tell: (loss: Loss) => string): void {
  replace("stdout", 1, tell);
  replace("stderr", 2, tell);
}

function replace(name: "stdout" | "stderr", descriptor: number, tell: (loss: Loss) => string): void {
  const original = process[name];
  original.on("error", () => undefined);
  // Somebody reads along at a terminal, which cannot fill.
  if (original.isTTY) return;
  const write = isFile(descriptor)
    ? (chunk: Buffer) => writeFully(descriptor, chunk)
    : (chunk: Buffer) => writeBounded(original, chunk);
  Object.defineProperty(process, name, { value: new DroppingStream(write, tell), configurable: true });
}

/** A stream on which writing never fails and never waits. */
export class DroppingStream extends Writable {
  readonly #writeThrough: (chunk: Buffer) => void;
  readonly #tell: (loss: Loss) => string;
  #loss: Loss | undefined;

  /** `writeThrough` throws where it cannot write. */
  constructor(writeThrough: (chunk: Buffer) => void, tell: (loss: Loss) => string) {
    super({ decodeStrings: true });
    this.#writeThrough = writeThrough;
    this.#tell = tell;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    try {
      if (this.#loss !== undefined) {
        // The line that failed may have been written in part.
        this.#writeThrough(Buffer.from(`\n${this.#tell(this.#loss)}\n`));
        this.#loss = undefined;
      }
      this.#writeThrough(chunk);
    } catch (error) {
      this.#count(chunk, error);
    }
    done();
  }

  #count(chunk: Buffer, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#loss ??= { lines: 0, bytes: 0, reason };
    this.#loss.lines += Math.max(1, chunk.toString("latin1").split("\n").length - 1);
    this.#loss.bytes += chunk.length;
  }
}

function writeFully(descriptor: number, chunk: Buffer): void {
  for (let written = 0; written < chunk.length;)
    written += writeSync(descriptor, chunk, written, chunk.length - written);
}

function writeBounded(stream: Writable, chunk: Buffer): void {
  if (!stream.writable) throw new Error("nobody reads it any more");
  if (stream.writableLength > BACKLOG_BYTES) throw new Error("its reader has stopped");
  stream.write(chunk);
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}
