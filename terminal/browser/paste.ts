// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** Bytes of one paste: more than any command or file one writes by hand; bash needs several seconds to read so much. */
export const PASTE_LIMIT = 256 * 1024;

/** Text as it may be pasted, and whether the person must agree because its lines would run at once. */
export interface PreparedPaste {
  text: string;
  lines: number;
  needsConsent: boolean;
  /** Larger than PASTE_LIMIT: nothing of it may be typed. */
  isTooLarge: boolean;
}

/**
 * Makes clipboard text safe: a page one copies from may have hidden control characters in it, of which ESC could end
 * the brackets, and a line end that runs the command before it was read.
 */
export function preparePaste(clipboard: string, bracketed: boolean): PreparedPaste {
  const clean = clipboard.replace(/\r\n?/g, "\n").replace(CONTROLS, "");
  const text = bracketed ? clean : clean.replace(/\n+$/, "");
  const lines = text.split("\n").length;
  const isTooLarge = new TextEncoder().encode(text).length > PASTE_LIMIT;
  return { text, lines, needsConsent: !bracketed && lines > 1, isTooLarge };
}
