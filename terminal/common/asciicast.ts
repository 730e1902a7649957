/** In front of the command in the marker where a step's command begins; the host's own markers have none. */
export const STEP_MARK = "step: ";

/** Characters of a recording that are read; the host writes 10 MiB and a little more. */
const READ_CHARACTERS = 12 * 1024 * 1024;

/** Something a terminal showed, at so many seconds after the recording began. */
export interface CastEvent {
  at: number;
  kind: "output" | "size";
  /** Output, or `COLUMNSxROWS`. */
  data: string;
}

/** A place that is worth going to, in seconds from the beginning. */
export interface CastMark {
  at: number;
  label: string;
  isStep: boolean;
}

/** What one shell showed, as far as it was read. */
export interface Cast {
  columns: number;
  rows: number;
  events: readonly CastEvent[];
  marks: readonly CastMark[];
  /** Seconds until the last event. */
  duration: number;
  /** Whether there was more than is read. */
  isCut: boolean;
}

/** Reads asciicast v2 piece by piece; a line that says nothing, such as the half one at the end of a recording that goes on, is left out. */
export class CastReader {
  readonly #events: CastEvent[] = [];
  readonly #marks: CastMark[] = [];
  #size: { columns: number; rows: number } | undefined;
  #rest = "";
  #read = 0;
  #last = 0;

  /** Whether more may come. */
  take(text: string): boolean {
    this.#read += text.length;
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
    return this.#read < READ_CHARACTERS;
  }

  /** What was read; nothing where it is no recording. */
  end(): Cast | undefined {
    this.#line(this.#rest);
    this.#rest = "";
    if (this.#size === undefined) return undefined;
    return {
      ...this.#size,
      events: this.#events,
      marks: this.#marks,
      duration: this.#last,
      isCut: this.#read >= READ_CHARACTERS,
    };
  }

  #line(line: string): void {
    const said = parsed(line);
    if (this.#size === undefined) {
      this.#size = sizeOf(said);
      return;
    }
    if (!Array.isArray(said)) return;
    const [at, kind, data] = said as unknown[];
    if (typeof at !== "number" || !Number.isFinite(at) || typeof data !== "string") return;
    // Output is dated by its first byte, so a marker may be later than what follows it; a player never goes back.
    this.#last = Math.max(this.#last, at);
    if (kind === "o") this.#events.push({ at: this.#last, kind: "output", data });
    else if (kind === "r") this.#events.push({ at: this.#last, kind: "size", data });
    else if (kind === "m") this.#marks.push({ at: this.#last, ...labelled(data) });
  }
}

/** The size that a size event says, within what a terminal of ours may have; nothing where it says none. */
export function castSize(data: string): { columns: number; rows: number } | undefined {
  const [columns, rows] = data.split("x").map(Number);
  return within(columns, rows);
}

function labelled(data: string): Pick<CastMark, "label" | "isStep"> {
  const isStep = data.startsWith(STEP_MARK);
  return { label: isStep ? data.slice(STEP_MARK.length) : data, isStep };
}

function sizeOf(header: unknown): { columns: number; rows: number } | undefined {
  const { version, width, height } = (header ?? {}) as Record<string, unknown>;
  return version === 2 ? within(width, height) : undefined;
}

function within(columns: unknown, rows: unknown): { columns: number; rows: number } | undefined {
  if (!Number.isInteger(columns) || !Number.isInteger(rows)) return undefined;
  return { columns: clamp(columns, 2, 500), rows: clamp(rows, 1, 300) };
}

function clamp(value: unknown, least: number, most: number): number {
  return Math.min(most, Math.max(least, Number(value)));
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
