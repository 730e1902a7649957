import { open } from "node:fs/promises";
import { createWriteStream, readdirSync, rmSync, statSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { STEP_MARK } from "../common/asciicast.js";
import type { RecordingPiece } from "../common/host-frames.js";
import type { RecordingInfo } from "../common/session-host.js";

/** Bytes of one recording; hours of ordinary work, seconds of a flood. */
const RECORDING_BYTES = 10 * 1024 * 1024;
/** Bytes of all recordings of one session at any time; the oldest go first. */
const SESSION_BYTES = 50 * 1024 * 1024;
/** A recording takes room for so much more at a time. */
const STEP_BYTES = 1024 * 1024;
/** Bytes of a recording that are sent at once; with base64 it stays well below the largest frame. */
const PIECE_BYTES = 1024 * 1024;
/** Output is gathered so long, or until there is so much, before it is one event; nobody sees the difference when it is played. */
const GATHER_MS = 20;
const GATHER_BYTES = 65_536;
/** The marker of a recording whose shell came to its end. */
export const SHELL_ENDED = "shell ended";
/** Of a command's first line; enough to know it by in a list. */
const MARK_CHARACTERS = 200;
const NAME = /^(.+)--(\d+)\.cast$/;

/** The recordings that are being written, by their paths. */
const growing = new Map<string, Recording>();

/** Writes what a terminal showed as asciicast v2 (docs.asciinema.org/manual/asciicast/v2), bounded. */
export class Recording {
  readonly #folder: string;
  readonly #path: string;
  readonly #stream: WriteStream;
  readonly #decoder = new StringDecoder("utf8");
  readonly #startedAt = Date.now();
  /** As `#startedAt`, on the clock that nobody sets. */
  readonly #begunAt = performance.now();
  #left = RECORDING_BYTES;
  #written = 0;
  #room = 0;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #gatheredAt = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `folder` belongs to one session and to the host alone. */
  constructor(folder: string, terminal: string, size: { columns: number; rows: number }) {
    makeRoom(folder, RECORDING_BYTES);
    this.#folder = folder;
    this.#path = join(folder, `${terminal}--${this.#startedAt}.cast`);
    this.#stream = createWriteStream(this.#path, { mode: 0o600 });
    this.#stream.on("error", () => (this.#left = 0));
    growing.set(this.#path, this);
    const header = {
      version: 2,
      width: size.columns,
      height: size.rows,
      timestamp: Math.floor(this.#startedAt / 1000),
      env: { TERM: "xterm-256color" },
    };
    this.#stream.write(`${JSON.stringify(header)}\n`);
  }

  /** Bytes that it has taken on the disk or may take at once. */
  get room(): number {
    return this.#room;
  }

  /** Ends it without a word: its file is on its way out. */
  abandon(): void {
    this.#left = 0;
    clearTimeout(this.#timer);
    growing.delete(this.#path);
    this.#stream.destroy();
  }

  output(bytes: Uint8Array): void {
    if (this.#left <= 0) return;
    if (this.#gathered.length === 0) this.#gatheredAt = performance.now();
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gatheredBytes >= GATHER_BYTES) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), GATHER_MS);
  }

  resize(columns: number, rows: number): void {
    this.#flush();
    this.#event("r", `${columns}x${rows}`);
  }

  /** Marks the place where a step's command begins, by the first of its lines. */
  mark(command: string): void {
    this.#flush();
    const [first = ""] = command.slice(0, MARK_CHARACTERS).trim().split("\n");
    this.#event("m", `${STEP_MARK}${first}`);
  }

  /** Ends the file; safe to call twice. */
  async close(): Promise<void> {
    growing.delete(this.#path);
    if (this.#stream.destroyed) return;
    this.#flush();
    if (!this.#stream.writableEnded) this.#write("m", SHELL_ENDED);
    this.#left = 0;
    await new Promise<void>((resolve) => this.#stream.end(() => resolve()));
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#decoder.write(Buffer.concat(this.#gathered));
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#event("o", text, this.#gatheredAt);
  }

  #event(kind: string, data: string, at = performance.now()): void {
    if (this.#left <= 0 || data === "") return;
    this.#left -= this.#write(kind, data, at);
    if (this.#left <= 0) this.#write("m", "recording full");
  }

  #write(kind: string, data: string, at = performance.now()): number {
    const line = `${JSON.stringify([(at - this.#begunAt) / 1000, kind, data])}\n`;
    const bytes = Buffer.byteLength(line);
    this.#written += bytes;
    if (this.#written > this.#room) {
      this.#room = Math.ceil(this.#written / STEP_BYTES) * STEP_BYTES;
      makeRoom(this.#folder, 0);
    }
    if (!this.#stream.destroyed) this.#stream.write(line);
    return bytes;
  }
}

/** The recordings in a session's folder, the oldest first; none where the folder is gone. */
export function listRecordings(folder: string): Omit<RecordingInfo, "session">[] {
  return namesIn(folder)
    .flatMap((name) => {
      const [, terminal, startedAt] = NAME.exec(name) ?? [];
      const bytes = statSync(join(folder, name), { throwIfNoEntry: false })?.size;
      if (terminal === undefined || bytes === undefined) return [];
      return [{ name, terminal, startedAt: Number(startedAt), bytes }];
    })
    .toSorted((first, second) => first.startedAt - second.startedAt);
}

/** A piece of a recording from a byte on, as it is now. */
export async function readPiece(path: string, from: number): Promise<RecordingPiece> {
  const file = await open(path, "r");
  try {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, from);
    const data = piece.toString("base64", 0, bytesRead);
    return bytesRead < PIECE_BYTES ? { data } : { data, next: from + bytesRead };
  } finally {
    await file.close();
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Removes the oldest recordings until there is room for so many bytes beside the others. */
function makeRoom(folder: string, wanted: number): void {
  const all = listRecordings(folder).map(({ name, bytes }) => {
    const path = join(folder, name);
    return { path, bytes: Math.max(bytes, growing.get(path)?.room ?? 0) };
  });
  let total = all.reduce((sum, { bytes }) => sum + bytes, wanted);
  for (const { path, bytes } of all) {
    if (total <= SESSION_BYTES) return;
    growing.get(path)?.abandon();
    rmSync(path, { force: true });
    total -= bytes;
  }
}
