/** Bytes of one OSC sequence that are looked at; ours have about 60, longer ones are someone else's. */
const OSC_LIMIT = 256;

/** Bytes after which an unfinished sequence is waited for no longer; emulators see nothing of longer ones. */
const UNFINISHED_LIMIT = 8_192;
/** Shift out, shift in, and the first byte of C1 controls in UTF-8: with ESC all that changes how later text is shown. */
const SHIFTS = [0x0e, 0x0f, 0xc2];
const PASTE_MODE = 2004;
/** Finals of sequences that ask the terminal something, among others: DA, DSR, DECRQM, window reports, XTVERSION. */
const ASKING = new Set(Array.from("cnptq", (final) => final.charCodeAt(0)));

const ESC = 0x1b;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;

/** A shell-integration mark (OSC 133) as it stood in the stream, or the sign of a line editor that begins or ends to read. */
export interface ShellMark {
  /**
   * `S` shell reads its start-up file, `H` it is set up, `B` prompt ends, `C` command begins, `D` command ended, `P` another prompt, `O` a command was not taken in the middle of another, `I` a command that runs reads a line; `read` and `read-end` of a line
   * editor, which carry no secret.
   */
  kind: string;
  /** What follows the letter, split at semicolons. */
  fields: string[];
  /** Positions in the stream of the first byte of the mark and of the byte after it. */
  from: number;
  to: number;
}

type State = "ground" | "escape" | "escape-intermediate" | "csi" | "osc" | "string" | "string-escape";

/** Follows a terminal's output byte by byte: OSC 133 marks, bracketed paste, questions, and where an unfinished sequence began. */
export class StreamScanner {
  #state: State = "ground";
  #position = 0;
  #sequenceStart = 0;
  #text = "";
  #isOsc = false;
  #isDcs = false;
  #continuation = 0;
  #plainFrom = 0;
  #csi = { prefix: 0, number: 0, namesPaste: false };
  #bracketedPaste = false;
  #wasAsked = false;

  /** Where a reader that starts now must begin to see whole characters and sequences. */
  get safePosition(): number {
    if (this.#state === "ground" && this.#continuation === 0) return this.#position;
    return this.#position - this.#sequenceStart > UNFINISHED_LIMIT ? this.#position : this.#sequenceStart;
  }

  /** From here on there was nothing but text and line ends. */
  get plainFrom(): number {
    return this.#state === "ground" ? this.#plainFrom : this.#position;
  }

  /** Whether the program at the terminal asked for bracketed paste (mode 2004). */
  get bracketedPaste(): boolean {
    return this.#bracketedPaste;
  }

  /** Whether something was asked since this was called last. */
  takeQuestion(): boolean {
    const wasAsked = this.#wasAsked;
    this.#wasAsked = false;
    return wasAsked;
  }

  /** Reads on; chunks may cut sequences anywhere. Returns the marks completed in this chunk. */
  scan(chunk: Uint8Array): ShellMark[] {
    const marks: ShellMark[] = [];
    const shift = Math.max(...SHIFTS.map((byte) => chunk.lastIndexOf(byte)));
    if (shift !== -1) this.#plainFrom = this.#position + shift + 1;
    for (let index = 0; index < chunk.length; index += 1) {
      if (this.#state === "ground") index = this.#skipGround(chunk, index);
      if (index >= chunk.length) break;
      this.#position += 1;
      this.#plainFrom = Math.max(this.#plainFrom, this.#position);
      const mark = this.#step(chunk[index] as number);
      if (mark) marks.push(mark);
    }
    return marks;
  }

  #skipGround(chunk: Uint8Array, from: number): number {
    const escape = chunk.indexOf(ESC, from);
    const end = escape === -1 ? chunk.length : escape;
    if (end > from) this.#followUtf8(chunk, from, end);
    this.#position += end - from;
    return end;
  }

  /** Only the last bytes matter: a character that the chunk cut is at most three bytes long. */
  #followUtf8(chunk: Uint8Array, from: number, end: number): void {
    for (let back = 1; back <= 4 && end - back >= from; back += 1) {
      const byte = chunk[end - back] as number;
      if ((byte & 0xc0) === 0x80) continue;
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
      this.#continuation = Math.max(0, length - back);
      if (this.#continuation > 0) this.#sequenceStart = this.#position + (end - from) - back;
      return;
    }
    this.#continuation = Math.max(0, this.#continuation - (end - from));
  }

  #step(byte: number): ShellMark | undefined {
    if (byte === CAN || byte === SUB) {
      this.#state = "ground";
      return undefined;
    }
    if (byte === ESC) return this.#stepEscape();
    switch (this.#state) {
      case "ground":
      case "escape":
        this.#begin(byte);
        return undefined;
      case "escape-intermediate":
        if (byte >= 0x30) this.#state = "ground";
        return undefined;
      case "csi":
        return this.#stepCsi(byte);
      case "osc":
      case "string":
        return this.#collect(byte);
      case "string-escape":
        return this.#afterStringEscape(byte);
    }
  }

  #stepEscape(): undefined {
    if (this.#state === "osc" || this.#state === "string") {
      this.#state = "string-escape";
      return undefined;
    }
    this.#sequenceStart = this.#position - 1;
    this.#continuation = 0;
    this.#state = "escape";
    return undefined;
  }

  #stepCsi(byte: number): ShellMark | undefined {
    const csi = this.#csi;
    if (byte >= 0x30 && byte <= 0x39) {
      csi.number = csi.number * 10 + byte - 0x30;
      return undefined;
    }
    if (csi.number === PASTE_MODE) csi.namesPaste = true;
    csi.number = 0;
    if (byte === 0x21 || (byte >= 0x3c && byte <= 0x3f)) csi.prefix = byte;
    return byte >= 0x40 && byte <= 0x7e ? this.#finishCsi(byte) : undefined;
  }

  #finishCsi(byte: number): ShellMark | undefined {
    const csi = this.#csi;
    this.#state = "ground";
    const isMode = csi.prefix === 0x3f && csi.namesPaste;
    if (isMode && byte === 0x68) this.#bracketedPaste = true;
    // DECSTR takes all modes back.
    if ((isMode && byte === 0x6c) || (csi.prefix === 0x21 && byte === 0x70)) this.#bracketedPaste = false;
    if (ASKING.has(byte)) this.#wasAsked = true;
    if (!isMode || (byte !== 0x68 && byte !== 0x6c)) return undefined;
    const kind = byte === 0x68 ? "read" : "read-end";
    return { kind, fields: [], from: this.#sequenceStart, to: this.#position };
  }

  #begin(byte: number): void {
    this.#text = "";
    this.#csi = { prefix: 0, number: 0, namesPaste: false };
    // RIS
    if (byte === 0x63) this.#bracketedPaste = false;
    this.#isOsc = byte === 0x5d;
    this.#isDcs = byte === 0x50;
    if (byte === 0x5d) this.#state = "osc";
    else if (byte === 0x5b) this.#state = "csi";
    else if (byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) this.#state = "string";
    else if (byte >= 0x20 && byte < 0x30) this.#state = "escape-intermediate";
    else this.#state = "ground";
  }

  #collect(byte: number): ShellMark | undefined {
    if (byte === BEL && this.#isOsc) return this.#finish();
    if (this.#text.length < OSC_LIMIT) this.#text += String.fromCharCode(byte);
    return undefined;
  }

  #afterStringEscape(byte: number): ShellMark | undefined {
    if (byte === 0x5c) return this.#finish();
    this.#sequenceStart = this.#position - 2;
    this.#begin(byte);
    return undefined;
  }

  #finish(): ShellMark | undefined {
    this.#state = "ground";
    if (this.#isDcs) this.#wasAsked = true;
    if (!this.#isOsc || !this.#text.startsWith("133;") || this.#text.length >= OSC_LIMIT) return undefined;
    const [kind = "", ...fields] = this.#text.slice(4).split(";");
    return { kind, fields, from: this.#sequenceStart, to: this.#position };
  }
}
