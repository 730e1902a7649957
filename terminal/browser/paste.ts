// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** Text as it may be pasted, and whether the person must agree because its lines would run at once. */
export interface PreparedPaste {
  text: string;
  lines: number;
  needsConsent: boolean;
}

/**
 * Makes clipboard text safe: a page one copies from may have hidden control characters in it, of which ESC could end
 * the brackets, and a line end that runs the command before it was read.
 */
export function preparePaste(clipboard: string, bracketed: boolean): PreparedPaste {
  const clean = clipboard.replace(/\r\n?/g, "\n").replace(CONTROLS, "");
  const text = bracketed ? clean : clean.replace(/\n+$/, "");
  const lines = text.split("\n").length;
  return { text, lines, needsConsent: !bracketed && lines > 1 };
}
