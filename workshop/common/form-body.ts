import { z } from "zod";
import { ACTION_FORMS, type FormFields, type FormWord } from "./action-forms.js";
import type { PageProblem } from "./page-problem.js";
import type { Fence } from "./action.js";
import type { Fillings } from "./filled-text.js";
import { issueText } from "./issue-text.js";
import { YamlProblem, type YamlValue, readYaml } from "./yaml-value.js";

/** The body of a YAML action with its values, and what its author may not have meant. */
export interface FormBody {
  fields: FormFields;
  notes: PageProblem[];
}

/** 32 KiB: a longer text is no command but a file of the lab. */
const MAX_BODY_CHARACTERS = 32 * 1024;

/** Reads the body before values are put in, so that no value can change its structure. Throws where it does not fit the action. */
export function readForm(word: FormWord, fence: Fence, fillings: Fillings): FormBody {
  const { value, surprises, writtenAs } = yamlOf(fence);
  const given = withoutNothing(word, asWritten(value ?? {}, writtenAs));
  const read = ACTION_FORMS[word].safeParse(fillFields(given, fillings));
  if (!read.success) {
    const strange = Object.keys(value ?? {}).filter((key) => !Object.hasOwn(ACTION_FORMS[word].shape, key));
    const known = strange.length > 0 ? `; it has no key "${strange.join('", "')}"` : "";
    throw new Error(`its YAML does not fit ${word}: ${issueText(read.error.issues)}${known}`);
  }
  const changed = surprises
    .filter(({ key }) => TEXTS.has(key))
    .map((surprise) => misread(word, fence, surprise));
  return {
    fields: read.data,
    notes: [...changed, ...unusedKeys(word, fence, Object.keys(value ?? {}))],
  };
}

function yamlOf(fence: Fence): YamlValue & { value: object | null } {
  try {
    const read = readYaml(fence.body, MAX_BODY_CHARACTERS);
    if (typeof read.value === "object" && !Array.isArray(read.value)) return { ...read, value: read.value };
    throw new YamlProblem("it is no list of keys with their values", 1);
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    throw new Error(`its YAML cannot be read, line ${fence.line + error.line}: ${error.message}`, {
      cause: error,
    });
  }
}

/** Keys whose text is shown or typed. */
const TEXTS = new Set(
  "command text url name title prefix description file match replacement path value directory src dest download args question options answer explanation".split(
    " ",
  ),
);

/** Texts as they stand there: `1.10` is no number where a text is wanted. */
function asWritten(fields: object, writtenAs: YamlValue["writtenAs"]): object {
  const texts = Object.entries(fields).map(([key, value]: [string, unknown]) => [
    key,
    key !== "value" && TEXTS.has(key) ? writtenAs(key) : value,
  ]);
  return Object.fromEntries(texts) as object;
}

/** A key with nothing behind it is as good as none, but where nothing is a value as well. */
function withoutNothing(word: FormWord, fields: object): object {
  const shape: Readonly<Record<string, z.core.$ZodType>> = ACTION_FORMS[word].shape;
  const given = Object.entries(fields).filter(([key, value]) => {
    const schema = Object.hasOwn(shape, key) ? shape[key] : undefined;
    return value !== null || (schema !== undefined && z.safeParse(schema, null).success);
  });
  return Object.fromEntries(given);
}

function fillFields(written: object, fillings: Fillings): object {
  const filled = Object.entries(written).map(([name, value]) => [name, fillField(name, value, fillings)]);
  return Object.fromEntries(filled) as object;
}

function fillField(name: string, value: unknown, fillings: Fillings): unknown {
  if (typeof value === "string") return name === "command" ? fillings.shell(value) : fillings.plain(value);
  if (Array.isArray(value)) return value.map((item: unknown) => fillField("", item, fillings));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [fillings.plain(key), fillField("", item, fillings)]),
  );
}

function misread(
  word: string,
  fence: Fence,
  { line, what, fix }: YamlValue["surprises"][number],
): PageProblem {
  return {
    severity: "warning",
    rule: "action-yaml",
    line: fence.line + line,
    message: `In the block \`${word}\`, ${what}`,
    fix,
  };
}

function unusedKeys(word: FormWord, fence: Fence, keys: readonly string[]): PageProblem[] {
  const known = new Set(Object.keys(ACTION_FORMS[word].shape));
  return keys
    .filter((key) => !known.has(key))
    .map((key) => ({
      severity: "warning",
      rule: "action-option",
      line: fence.line,
      message: `The key "${key}" of \`${word}\` is not known here and has no effect`,
      fix: "Correct its name, or remove it",
      action: word,
      fidelity: "approximated",
    }));
}
