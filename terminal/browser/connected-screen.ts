import type { ScreenSize } from "../common/size-history.js";

/** The screen as the connection sees it. */
export interface ConnectedScreen {
  /** Writes output; `parsed` is called when the emulator has taken it in. */
  write(data: Uint8Array, parsed: () => void): void;
  /** Resets and takes the size; what is written until `endRestoring` brings the screen back. */
  beginRestoring(size: ScreenSize): void;
  endRestoring(): void;
  /** Takes the size that the terminal has, decided by whoever was active last. */
  setSize(columns: number, rows: number): void;
  /** The size that would fill the place on the page. */
  wishedSize(): ScreenSize | undefined;
}
