import { z } from "zod";

const session = z.union([z.string(), z.number()]).transform(String).default("1");

/** What every YAML action may say besides its own fields. */
const common = {
  prefix: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  autostart: z.boolean().optional(),
  cascade: z.boolean().optional(),
  pause: z.number().optional(),
  cooldown: z.unknown().optional(),
  hidden: z.boolean().optional(),
  event: z.unknown().optional(),
  required: z.boolean().optional(),
};

/** Bodies of the actions written in YAML, by the word of their fence. */
export const ACTION_FORMS = {
  "terminal:execute": z.strictObject({
    ...common,
    command: z.string(),
    session,
    clear: z.boolean().default(false),
  }),
  "terminal:execute-all": z.strictObject({
    ...common,
    command: z.string(),
    clear: z.boolean().default(false),
  }),
  "terminal:clear": z.strictObject({ ...common, session }),
  "terminal:clear-all": z.strictObject(common),
  "terminal:interrupt": z.strictObject({ ...common, session }),
  "terminal:interrupt-all": z.strictObject(common),
  "terminal:input": z.strictObject({ ...common, text: z.string(), session, endl: z.boolean().default(true) }),
  "terminal:select": z.strictObject({ ...common, session }),
  "workshop:copy": z.strictObject({ ...common, text: z.string() }),
  "workshop:copy-and-edit": z.strictObject({ ...common, text: z.string() }),
  "dashboard:open-url": z.strictObject({ ...common, url: z.string() }),
  "dashboard:open-dashboard": z.strictObject({ ...common, name: z.string() }),
  "dashboard:expose-dashboard": z.strictObject({ ...common, name: z.string() }),
  "section:begin": z.strictObject({
    ...common,
    name: z.string().default("*"),
    open: z.boolean().default(false),
  }),
  "section:end": z.strictObject({ ...common, name: z.string().default("*"), toggle: z.boolean().optional() }),
  "section:heading": z.strictObject(common),
} as const;

export type FormWord = keyof typeof ACTION_FORMS;

/** Arguments of an action form, as one loose record: each family reads its own fields. */
export interface FormFields {
  prefix?: string | undefined;
  title?: string | undefined;
  description?: string | undefined;
  command?: string;
  text?: string;
  url?: string;
  name?: string;
  session?: string;
  clear?: boolean;
  endl?: boolean;
  open?: boolean;
  autostart?: boolean | undefined;
  cascade?: boolean | undefined;
  hidden?: boolean | undefined;
}

/** Families whose words are actions even where the word itself is not known, so that a typing mistake is told and not shown as code. */
const FAMILIES = /^(?:terminal|workshop|dashboard|editor|examiner|files|section|request):/;
const TEXT_ACTIONS = /^(?:execute|execute-[^\s]+|copy|copy-and-edit|manual)$/;

/** True where the first word of a fence asks for something to click rather than for code to read. */
export function isActionWord(word: string): boolean {
  return TEXT_ACTIONS.test(word) || FAMILIES.test(word);
}

/** Actions of the Educates workshop format that are not done here; the words of whole families, and single ones of the others. */
const UNSUPPORTED =
  /^(?:(?:editor|examiner|files|request):.+|dashboard:(?:create|delete|reload)-dashboard|terminal:copy)$/;

/** True for an action of the Educates workshop format that Lectern does not do. */
export function isUnsupportedAction(word: string): boolean {
  return UNSUPPORTED.test(word);
}

/** True for words whose body is YAML. */
export function isFormWord(word: string): word is FormWord {
  return Object.hasOwn(ACTION_FORMS, word);
}
