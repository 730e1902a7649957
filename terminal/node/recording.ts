import { createWriteStream, mkdirSync, readdirSync, rmSync, statSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { TerminalAddress } from "../common/session-host.js";

/** Bytes of one recording; hours of ordinary work, seconds of a flood. */
const RECORDING_BYTES = 10 * 1024 * 1024;
/** Recordings kept in one data folder; the oldest go first. */
const RECORDINGS_KEPT = 500;

/** Writes what a terminal showed as asciicast v2 (docs.asciinema.org/manual/asciicast/v2), bounded. */
export class Recording {
  readonly path: string;
  readonly #stream: WriteStream;
  readonly #decoder = new StringDecoder("utf8");
  readonly #startedAt = Date.now();
  #left = RECORDING_BYTES;

  constructor(dataDir: string, address: TerminalAddress, size: { columns: number; rows: number }) {
    const folder = join(dataDir, "recordings");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    makeRoom(folder);
    this.path = join(folder, `${address.session}--${address.terminal}--${this.#startedAt}.cast`);
    this.#stream = createWriteStream(this.path, { mode: 0o600 });
    this.#stream.on("error", () => (this.#left = 0));
    const header = {
      version: 2,
      width: size.columns,
      height: size.rows,
      timestamp: Math.floor(this.#startedAt / 1000),
      env: { TERM: "xterm-256color" },
    };
    this.#stream.write(`${JSON.stringify(header)}\n`);
  }

  output(bytes: Uint8Array): void {
    if (this.#left > 0)
      this.#event("o", this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  }

  resize(columns: number, rows: number): void {
    this.#event("r", `${columns}x${rows}`);
  }

  /** Ends the file; safe to call twice. */
  async close(): Promise<void> {
    this.#left = 0;
    await new Promise<void>((resolve) => this.#stream.end(() => resolve()));
  }

  #event(kind: string, data: string): void {
    if (this.#left <= 0 || data === "") return;
    const line = `${JSON.stringify([(Date.now() - this.#startedAt) / 1000, kind, data])}\n`;
    this.#left -= line.length;
    this.#stream.write(line);
    if (this.#left <= 0)
      this.#stream.write(
        `${JSON.stringify([(Date.now() - this.#startedAt) / 1000, "m", "recording full"])}\n`,
      );
  }
}

function makeRoom(folder: string): void {
  const names = readdirSync(folder).filter((name) => name.endsWith(".cast"));
  if (names.length < RECORDINGS_KEPT) return;
  const byAge = names
    .map((name) => ({ name, time: statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .toSorted((a, b) => a.time - b.time);
  for (const { name } of byAge.slice(0, names.length - RECORDINGS_KEPT + 1))
    rmSync(join(folder, name), { force: true });
}
