import type { Readable, Writable } from "node:stream";

/** What the outcome of a remote command is told as: the fields of a `Status` that a kubelet fills in. */
export interface CommandStatus {
  metadata: object;
  status: "Success" | "Failure";
  message?: string;
  reason?: string;
  details?: { causes: { reason: string; message: string }[] };
  code?: number;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

/** Which streams a client asks for. */
export interface WantedStreams {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** The streams of one `exec` or `attach`, whatever protocol carries them; those that were not asked for are absent. */
export interface RemoteChannels {
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
  /** Aborted when the client is gone. */
  gone: AbortSignal;
  /** At most one listener; a size that came before it is told at once. */
  onResize(listener: (size: TerminalSize) => void): void;
  /** Tells the outcome and closes; what was written before is sent first. Never rejects. */
  finish(status: CommandStatus): Promise<void>;
  /** Breaks the connection off; what was not sent is dropped. */
  cut(): void;
}

/** Bytes a terminal's size may take as JSON. */
const MAX_SIZE_BYTES = 1024;

/** Reads `{"Width":80,"Height":24}`, the names in any case, as Go reads JSON; `undefined` for what is none. */
export function parseTerminalSize(bytes: Buffer): TerminalSize | undefined {
  if (bytes.length > MAX_SIZE_BYTES) return undefined;
  try {
    const fields = Object.entries(JSON.parse(bytes.toString()) as Record<string, unknown>);
    const named = (wanted: string): unknown => fields.find(([name]) => name.toLowerCase() === wanted)?.[1];
    const [width, height] = [named("width"), named("height")];
    if (!isExtent(width) || !isExtent(height)) return undefined;
    return { columns: width, rows: height };
  } catch {
    return undefined;
  }
}

function isExtent(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 65_535;
}

/** Keeps the last size until somebody listens. */
export class TerminalSizes {
  #last: TerminalSize | undefined;
  #listener: ((size: TerminalSize) => void) | undefined;

  listen(listener: (size: TerminalSize) => void): void {
    this.#listener = listener;
    if (this.#last !== undefined) listener(this.#last);
  }

  take(bytes: Buffer): void {
    const size = parseTerminalSize(bytes);
    if (size === undefined) return;
    this.#last = size;
    this.#listener?.(size);
  }
}
