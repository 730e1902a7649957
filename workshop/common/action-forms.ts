import { z } from "zod";
import { isTerminalName } from "./terminals.js";
import { EDITOR_FORMS, type EditorFields } from "./editor/editor-forms.js";
import { FILE_FORMS, type FileFields } from "./file-actions.js";
import type { FlowFields } from "./block-flow.js";
import { EXAMINER_FORM, type ExaminerFields } from "./examiner.js";
import { anyNumber, flag, textOrNothing, writtenText } from "./yaml-scalars.js";
import { QUIZ_FORMS, type QuizFields } from "./quiz.js";
import { REFUSED_ACTIONS } from "./refused-actions.js";

const session = writtenText
  .refine(
    (name) => name === "*" || isTerminalName(name),
    'a terminal has a number or a name of letters, digits and hyphens, at most 32; "*" means all',
  )
  .default("1");

/** What every YAML action may say besides its own fields. */
const common = {
  prefix: textOrNothing.optional(),
  title: textOrNothing.optional(),
  description: textOrNothing.optional(),
  autostart: flag.optional(),
  cascade: flag.optional(),
  pause: anyNumber.optional(),
  cooldown: z.unknown().optional(),
  hidden: flag.optional(),
  event: z.unknown().optional(),
  required: flag.optional(),
};

/** Bodies of the actions written in YAML, by the word of their fence. */
export const ACTION_FORMS = {
  "terminal:execute": z.looseObject({
    ...common,
    command: textOrNothing,
    session,
    clear: flag.default(false),
  }),
  "terminal:execute-all": z.looseObject({
    ...common,
    command: textOrNothing,
    clear: flag.default(false),
  }),
  "terminal:clear": z.looseObject({ ...common, session }),
  "terminal:clear-all": z.looseObject(common),
  "terminal:interrupt": z.looseObject({ ...common, session }),
  "terminal:interrupt-all": z.looseObject(common),
  "terminal:input": z.looseObject({ ...common, text: textOrNothing, session, endl: flag.default(true) }),
  "terminal:select": z.looseObject({ ...common, session }),
  "workshop:copy": z.looseObject({ ...common, text: textOrNothing }),
  "workshop:copy-and-edit": z.looseObject({ ...common, text: textOrNothing }),
  "dashboard:open-url": z.looseObject({ ...common, url: writtenText }),
  "dashboard:open-dashboard": z.looseObject({ ...common, name: writtenText }),
  "dashboard:create-dashboard": z.looseObject({
    ...common,
    name: writtenText,
    url: writtenText,
    focus: flag.default(true),
  }),
  "dashboard:reload-dashboard": z.looseObject({
    ...common,
    name: writtenText,
    url: writtenText.optional(),
    focus: flag.default(true),
  }),
  "dashboard:delete-dashboard": z.looseObject({ ...common, name: writtenText }),
  "dashboard:expose-dashboard": z.looseObject({ ...common, name: writtenText }),
  "section:begin": z.looseObject({
    ...common,
    name: writtenText.default("*"),
    open: flag.default(false),
  }),
  "section:end": z.looseObject({ ...common, name: writtenText.default("*"), toggle: flag.optional() }),
  "section:heading": z.looseObject(common),
  "examiner:execute-test": z.looseObject({ ...common, ...EXAMINER_FORM }),
  ...formsOf(QUIZ_FORMS),
  ...formsOf(FILE_FORMS),
  ...formsOf(EDITOR_FORMS),
} as const;

function formsOf<Word extends string>(
  shapes: Readonly<Record<Word, z.ZodRawShape>>,
): Record<Word, z.ZodObject<z.ZodRawShape>> {
  const forms = Object.entries<z.ZodRawShape>(shapes).map(([word, shape]) => [
    word,
    z.looseObject({ ...common, ...shape }),
  ]);
  return Object.fromEntries(forms) as Record<Word, z.ZodObject<z.ZodRawShape>>;
}

export type FormWord = keyof typeof ACTION_FORMS;

/** Arguments of an action form, as one loose record: each family reads its own fields. */
export interface FormFields extends EditorFields, FileFields, ExaminerFields, QuizFields, FlowFields {
  prefix?: string | undefined;
  title?: string | undefined;
  description?: string | undefined;
  command?: string;
  url?: string | undefined;
  focus?: boolean;
  name?: string;
  session?: string;
  clear?: boolean;
  endl?: boolean;
}

/** The words of all actions, those that are refused among them. */
export const ACTION_WORDS: readonly string[] = [
  ..."execute execute-1 execute-2 execute-3 execute-all copy copy-and-edit manual".split(" "),
  ...Object.keys(ACTION_FORMS),
  ...REFUSED_ACTIONS,
];

/** The action that the word may be a slip of the finger for; `undefined` where it is one, or is none by far. */
export function nearestActionWord(word: string): string | undefined {
  if (word.length < 5 || word.length > 40 || ACTION_WORDS.includes(word)) return undefined;
  const allowed = word.length < 7 ? 1 : 2;
  return ACTION_WORDS.find((known) => slips(word.toLowerCase(), known, allowed) <= allowed);
}

/** Letters left out, added, changed or swapped to get from one word to the other; stops where there are more than allowed. */
function slips(one: string, other: string, allowed: number): number {
  if (Math.abs(one.length - other.length) > allowed) return allowed + 1;
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row++) {
    const next = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next.push(
        Math.min(
          (last[column] ?? 0) + 1,
          (next[column - 1] ?? 0) + 1,
          (last[column - 1] ?? 0) + (isSame ? 0 : 1),
          isSwapped && row > 1 && column > 1 ? (before[column - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    before = last;
    last = next;
  }
  return last[other.length] ?? 0;
}

/** Families whose words are actions even where the word itself is not known, so that a typing mistake is told and not shown as code. */
const FAMILIES = /^(?:terminal|workshop|dashboard|editor|examiner|files|quiz|section|request):/;
const TEXT_ACTIONS = /^(?:execute|execute-[^\s]+|copy|copy-and-edit|manual)$/;

/** True where the first word of a fence asks for something to click rather than for code to read. */
export function isActionWord(word: string): boolean {
  return TEXT_ACTIONS.test(word) || FAMILIES.test(word);
}

/** True for words whose body is YAML. */
export function isFormWord(word: string): word is FormWord {
  return Object.hasOwn(ACTION_FORMS, word);
}
