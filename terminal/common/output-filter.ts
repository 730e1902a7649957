import { characterWidth } from "./character-width.js";

/** Bytes of one control sequence; the longest that programs send set a dozen colours at once. */
const CSI_LIMIT = 256;
/** Bytes of one OSC, DCS, APC, PM or SOS string: titles, links and questions; pictures are not shown anyway. */
const STRING_LIMIT = 4_096;
/** Marks that may stand on one character; the most of any written language is under ten. */
const MARKS = 16;
/** Largest number in a sequence that is not a count: modes and window sizes. */
const NUMBER_LIMIT = 65_535;
/** Links opened within LINK_LINES lines; each costs the emulator work for every line that scrolls. */
const LINKS = 2_000;
const LINK_LINES = 5_000;
/** Bytes one link may go on for; the emulator looks through all lines of an open link for every character. */
const LINK_BYTES = 8_192;

const ESC = 0x1b;
const BEL = 0x07;
const LF = 0x0a;
const CAN = 0x18;
const SUB = 0x1a;
const CLOSE_LINK = new TextEncoder().encode("\u001b]8;;\u001b\\");
/** Sequences that an emulator performs as often as their number says; beyond the size of the screen that changes nothing. */
const COUNTED = new Set(Array.from("@ILMPSTXZb}~", (final) => final.charCodeAt(0)));
/** What begins a string after ESC: DCS, SOS, OSC, PM, APC; and the same as C1 controls, which UTF-8 has after 0xc2. */
const STRINGS = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f]);
const C1_STRINGS = new Set([0x90, 0x98, 0x9d, 0x9e, 0x9f]);
const C1_OFFSET = 0x40;
const NOTHING = new Uint8Array();

/** A piece of output that is judged as a whole. */
interface Unit {
  /** Index after its last byte; `undefined` where that has not come yet. */
  end: number | undefined;
  /** What the emulator sees in its place; absent where it passes as it is. */
  by?: Uint8Array;
}

/**
 * Stands between a program's output and an emulator, in the terminal host and on the page, and bounds what the emulator
 * does for each byte: counts, marks on one character, lengths of strings, open links. One pass; a bounded rest is
 * carried from chunk to chunk. What ordinary programs print passes unchanged.
 */
export class OutputFilter {
  #largest: number;
  #carried: Uint8Array = NOTHING;
  /** Set inside a sequence that was too long, of which nothing more is passed on. */
  #swallowing: "csi" | "osc" | "string" | undefined;
  #marks = 0;
  #lines = 0;
  #links = 0;
  /** Bytes since a link was opened; `undefined` while none is. */
  #linkBytes: number | undefined;

  constructor(columns: number, rows: number) {
    this.#largest = Math.max(columns, rows);
  }

  /** Takes the size that the emulator has from now on. */
  resize(columns: number, rows: number): void {
    this.#largest = Math.max(columns, rows);
  }

  /** What the emulator may see of the next chunk; the chunk itself where nothing had to change. */
  filter(chunk: Uint8Array): Uint8Array {
    const input = this.#carried.length > 0 ? join([this.#carried, chunk]) : chunk;
    this.#carried = NOTHING;
    const passed: Uint8Array[] = [];
    let clean = 0;
    for (let at = 0; at < input.length;) {
      const { end, by } = this.#next(input, at);
      if (end === undefined) {
        passed.push(input.subarray(clean, at));
        this.#carried = input.slice(at);
        clean = input.length;
        break;
      }
      if (by) {
        // A flood of what is left out leaves no pieces behind either.
        if (at > clean) passed.push(input.subarray(clean, at));
        if (by.length > 0) passed.push(by);
        clean = end;
      }
      if (this.#isLinkTooLong(end - at)) {
        passed.push(input.subarray(clean, end), CLOSE_LINK);
        clean = end;
      }
      at = end;
    }
    if (passed.length === 0) return clean === 0 ? input : input.subarray(clean);
    passed.push(input.subarray(clean));
    return join(passed);
  }

  /** Text that brings another filter to where this one is inside a sequence that was too long. */
  unfinished(): string {
    switch (this.#swallowing) {
      case undefined:
        return "";
      case "csi":
        return `\u001b[${"0".repeat(CSI_LIMIT)}`;
      case "osc":
        return `\u001b]${"0".repeat(STRING_LIMIT)}`;
      case "string":
        return `\u001b_${"0".repeat(STRING_LIMIT)}`;
    }
  }

  #next(input: Uint8Array, at: number): Unit {
    if (this.#swallowing) return { end: this.#swallow(input, at), by: NOTHING };
    const byte = input[at] as number;
    if (byte < 0x80 && byte !== ESC) return { end: this.#skipPlain(input, at) };
    if (byte !== ESC) return this.#readCharacter(input, at);
    this.#marks = 0;
    const kind = input[at + 1];
    if (kind === undefined) return { end: undefined };
    if (kind === 0x5b) return this.#readCsi(input, at);
    if (STRINGS.has(kind)) return this.#readString(input, at, kind === 0x5d);
    return { end: kind === ESC || kind >= 0x80 ? at + 1 : at + 2 };
  }

  #skipPlain(input: Uint8Array, from: number): number {
    this.#marks = 0;
    let at = from;
    for (; at < input.length; at += 1) {
      const byte = input[at] as number;
      if (byte >= 0x80 || byte === ESC) break;
      if (byte === LF && this.#links > 0) this.#countLine();
      if (this.#linkBytes !== undefined && at - from >= LINK_BYTES) return at + 1;
    }
    return at;
  }

  #countLine(): void {
    this.#lines += 1;
    if (this.#lines < LINK_LINES) return;
    this.#lines = 0;
    this.#links = 0;
  }

  /** Malformed bytes are left out: emulators differ in what they make of them. */
  #readCharacter(input: Uint8Array, at: number): Unit {
    const character = decodeCharacter(input, at);
    if (character === "cut") return { end: undefined };
    if (character === "malformed") return { end: at + 1, by: NOTHING };
    const { codePoint, end } = character;
    if (codePoint < 0xa0) {
      this.#marks = 0;
      if (codePoint === 0x9b) return this.#readCsi(input, at);
      if (C1_STRINGS.has(codePoint)) return this.#readString(input, at, codePoint - C1_OFFSET === 0x5d);
      return { end };
    }
    if (characterWidth(codePoint) > 0) this.#marks = 0;
    else if (this.#marks === MARKS) return { end, by: NOTHING };
    else this.#marks += 1;
    return { end };
  }

  #readCsi(input: Uint8Array, at: number): Unit {
    const body = at + 2;
    let number = 0;
    let largest = 0;
    for (let index = body; index < input.length; index += 1) {
      const byte = input[index] as number;
      if (index - at > CSI_LIMIT) {
        this.#swallowing = "csi";
        return { end: index, by: NOTHING };
      }
      if (byte >= 0x30 && byte <= 0x39) {
        number = number * 10 + byte - 0x30;
        largest = Math.max(largest, number);
      } else if (byte === ESC || byte === CAN || byte === SUB) return { end: index };
      else if (byte >= 0x80) return { end: index, by: NOTHING };
      else if (byte >= 0x40 && byte !== 0x7f) {
        const hasPrefix = (input[body] as number) >= 0x3c && (input[body] as number) <= 0x3f;
        const limit = COUNTED.has(byte) && !hasPrefix ? this.#largest : NUMBER_LIMIT;
        const end = index + 1;
        return largest > limit ? { end, by: clamp(input.subarray(at, end), limit) } : { end };
      } else number = 0;
    }
    return { end: undefined };
  }

  #readString(input: Uint8Array, at: number, isOsc: boolean): Unit {
    for (let index = at + 2; index < input.length; index += 1) {
      if (index - at > STRING_LIMIT) {
        this.#swallowing = isOsc ? "osc" : "string";
        return { end: index, by: NOTHING };
      }
      const end = stringEnd(input, index, isOsc);
      if (end === "cut") break;
      if (end === undefined) continue;
      const isRefused = isOsc && this.#isLinkRefused(input.subarray(at + 2, index));
      return isRefused ? { end, by: CLOSE_LINK } : { end };
    }
    return { end: undefined };
  }

  /** Follows `8;parameters;address`, where an empty address ends the link. */
  #isLinkRefused(body: Uint8Array): boolean {
    if (body[0] !== 0x38 || body[1] !== 0x3b) return false;
    const separator = body.indexOf(0x3b, 2);
    if (separator === -1 || separator === body.length - 1) {
      this.#linkBytes = undefined;
      return false;
    }
    this.#links += 1;
    this.#linkBytes = this.#links > LINKS ? undefined : 0;
    return this.#links > LINKS;
  }

  #isLinkTooLong(bytes: number): boolean {
    if (this.#linkBytes === undefined) return false;
    this.#linkBytes += bytes;
    if (this.#linkBytes <= LINK_BYTES) return false;
    this.#linkBytes = undefined;
    return true;
  }

  #swallow(input: Uint8Array, from: number): number {
    for (let index = from; index < input.length; index += 1) {
      const byte = input[index] as number;
      const end =
        this.#swallowing === "csi"
          ? csiEnd(byte, index)
          : stringEnd(input, index, this.#swallowing === "osc");
      if (end === undefined || end === "cut") continue;
      this.#swallowing = undefined;
      return end;
    }
    return input.length;
  }
}

function csiEnd(byte: number, index: number): number | undefined {
  if (byte === ESC || byte === CAN || byte === SUB || byte >= 0x80) return index;
  return byte >= 0x40 && byte !== 0x7f ? index + 1 : undefined;
}

/** Index after the string where it ends here; an ESC begins what follows it. */
function stringEnd(input: Uint8Array, index: number, isOsc: boolean): number | "cut" | undefined {
  const byte = input[index] as number;
  if (byte === ESC) return index;
  if (byte === CAN || byte === SUB || (isOsc && byte === BEL)) return index + 1;
  if (byte !== 0xc2) return undefined;
  if (index + 1 === input.length) return "cut";
  return input[index + 1] === 0x9c ? index + 2 : undefined;
}

function clamp(sequence: Uint8Array, limit: number): Uint8Array {
  const text = new TextDecoder("latin1").decode(sequence.subarray(2));
  const clamped = text.replace(/\d+/g, (digits) => String(Math.min(Number(digits), limit)));
  return join([sequence.subarray(0, 2), new TextEncoder().encode(clamped)]);
}

function decodeCharacter(
  input: Uint8Array,
  at: number,
): { codePoint: number; end: number } | "cut" | "malformed" {
  const lead = input[at] as number;
  if (lead < 0xc2 || lead > 0xf4) return "malformed";
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  let codePoint = lead & (0xff >> (length + 1));
  for (let index = at + 1; index < at + length; index += 1) {
    const byte = input[index];
    if (byte === undefined) return "cut";
    if ((byte & 0xc0) !== 0x80) return "malformed";
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  const smallest = length === 4 ? 0x1_0000 : length === 3 ? 0x800 : 0x80;
  return codePoint < smallest || codePoint > 0x10_ffff || isSurrogate
    ? "malformed"
    : { codePoint, end: at + length };
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
