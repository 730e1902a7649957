import { z } from "zod";
import { flag, textOrNothing, wholeNumber, writtenText } from "../yaml-scalars.js";

const lineNumber = wholeNumber.pipe(z.number().min(1, "lines count from 1"));

const file = { file: writtenText };
const lines = { ...file, text: textOrNothing };
const searched = {
  isRegex: flag.default(false),
  group: wholeNumber.optional(),
  start: wholeNumber.optional(),
  stop: wholeNumber.optional(),
};
const around = { before: wholeNumber.optional(), after: wholeNumber.optional() };
/** Without its end it is one line. */
const range = { start: lineNumber, stop: lineNumber.optional() };
const atPath = { ...file, path: writtenText };
const valueAtPath = { ...atPath, value: z.unknown().refine((value) => value !== undefined, "say the value") };
const moved = { src: writtenText, dest: writtenText, open: flag.default(true) };

/** What the bodies of `editor:*` hold besides what every body may. */
export const EDITOR_FORMS = {
  "editor:open-file": { ...file, line: lineNumber.default(1) },
  "editor:close-file": file,
  "editor:create-file": { ...file, text: textOrNothing.default("") },
  "editor:create-directory": { directory: writtenText },
  "editor:copy-file": moved,
  "editor:rename-file": moved,
  "editor:delete-file": file,
  "editor:select-matching-text": { ...lines, ...searched, ...around },
  "editor:select-lines-in-range": { ...file, ...range },
  "editor:select-yaml-path": atPath,
  "editor:replace-text-selection": lines,
  "editor:delete-text-selection": file,
  "editor:insert-lines-before-selection": lines,
  "editor:append-lines-after-selection": lines,
  "editor:replace-matching-text": {
    ...file,
    match: writtenText,
    replacement: textOrNothing,
    count: wholeNumber.default(1),
    ...searched,
  },
  "editor:append-lines-to-file": lines,
  "editor:prepend-lines-to-file": lines,
  "editor:insert-lines-before-line": { ...lines, line: lineNumber },
  "editor:append-lines-after-line": { ...lines, line: lineNumber },
  "editor:insert-lines-after-line": { ...lines, line: lineNumber },
  "editor:insert-lines-before-match": { ...lines, match: writtenText, ...searched },
  "editor:append-lines-after-match": { ...lines, match: writtenText, ...searched },
  "editor:replace-lines-in-range": { ...lines, ...range },
  "editor:delete-lines-in-range": { ...file, ...range },
  "editor:delete-matching-lines": { ...file, match: writtenText, ...searched, ...around },
  "editor:set-yaml-value": valueAtPath,
  "editor:add-yaml-item": valueAtPath,
  "editor:insert-yaml-item": { ...valueAtPath, index: wholeNumber.pipe(z.number().min(0)).default(0) },
  "editor:replace-yaml-item": valueAtPath,
  "editor:merge-yaml-values": valueAtPath,
  "editor:insert-value-into-yaml": valueAtPath,
  "editor:delete-yaml-value": atPath,
} as const;

export type EditorWord = keyof typeof EDITOR_FORMS;

export function isEditorWord(word: string): word is EditorWord {
  return Object.hasOwn(EDITOR_FORMS, word);
}

/** What a body of the editor was read as, whichever it is. */
export interface EditorFields {
  file?: string;
  directory?: string | undefined;
  line?: number;
  text?: string;
  src?: string;
  dest?: string;
  open?: boolean;
  match?: string;
  replacement?: string;
  count?: number;
  isRegex?: boolean;
  group?: number | undefined;
  start?: number | undefined;
  stop?: number | undefined;
  before?: number | undefined;
  after?: number | undefined;
  path?: string | undefined;
  value?: unknown;
  index?: number;
}
