/* oxlint-disable no-underscore-dangle -- the fields are named by the library */
import type { Terminal } from "@xterm/headless";

/** Attributes of a cell or of the pen, in the bits of xterm.js. */
export interface Attributes {
  fg: number;
  bg: number;
  extended: { _ext: number; urlId: number };
}

export type Charset = Record<string, string> | undefined;

export interface ScreenBuffer {
  x: number;
  y: number;
  ybase: number;
  savedX: number;
  savedY: number;
  savedCurAttrData: Attributes;
  savedCharset: Charset;
  scrollTop: number;
  scrollBottom: number;
  tabs: Record<number, boolean | undefined>;
}

/** What the public interface of @xterm/headless 6.0.0 does not show; emulator.test.ts probes every field of it. */
export interface Internals {
  writeSync(data: string | Uint8Array): void;
  buffers: { active: ScreenBuffer; normal: ScreenBuffer; alt: ScreenBuffer };
  optionsService: { rawOptions: { convertEol: boolean; cursorBlink: boolean } };
  coreService: {
    isCursorHidden: boolean;
    modes: { insertMode: boolean };
    decPrivateModes: {
      applicationCursorKeys: boolean;
      applicationKeypad: boolean;
      bracketedPasteMode: boolean;
      cursorBlink: boolean | undefined;
      cursorStyle: "block" | "underline" | "bar" | undefined;
      origin: boolean;
      reverseWraparound: boolean;
      sendFocus: boolean;
      synchronizedOutput: boolean;
      wraparound: boolean;
    };
  };
  coreMouseService: { activeProtocol: string; activeEncoding: string };
  _charsetService: { charset: Charset; glevel: number; _charsets: Charset[] };
  _oscLinkService: { getLinkData(urlId: number): { id?: string; uri: string } | undefined };
  _inputHandler: { _curAttrData: Attributes; _parser: { precedingJoinState: number } };
}

/** The inside of an emulator. */
export function internalsOf(terminal: Terminal): Internals {
  return (terminal as unknown as { _core: Internals })._core;
}
