import type { PageProblem } from "../common/page-problem.js";
import { encodingOf } from "../common/text-encoding.js";

/** The text of a file in UTF-8, or in UTF-16 where its first character says so; `undefined` for every other encoding. */
export function unicodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The first line, from 1, that is not UTF-8. */
export function lineBeyondUtf8(bytes: Uint8Array): number {
  const lenient = new TextDecoder("utf-8").decode(bytes);
  return lenient.slice(0, lenient.indexOf("\uFFFD")).split("\n").length;
}

/** A text of a lab, whatever its encoding, and what to say of that. */
export interface LabText {
  text: string;
  problems: PageProblem[];
}

/** The text of a lab's file: what is no Unicode is read as what Western machines wrote before it, with a warning at the first such line. */
export function labText(bytes: Uint8Array): LabText {
  const unicode = unicodeText(bytes);
  if (unicode !== undefined) return { text: unicode, problems: [] };
  const text = new TextDecoder("windows-1252").decode(bytes);
  return { text, problems: [notUnicode(bytes, text)] };
}

function notUnicode(bytes: Uint8Array, text: string): PageProblem {
  const line = lineBeyondUtf8(bytes);
  const sample = /[^\t\r\n -~]/.exec(text.split("\n")[line - 1] ?? "")?.[0] ?? "";
  return {
    severity: "warning",
    rule: "encoding",
    line,
    message: `The file is not UTF-8; it was read as Latin-1, in which this line holds "${sample}"`,
    fix: "Save it as UTF-8",
  };
}
