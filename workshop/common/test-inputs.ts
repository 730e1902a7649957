import { z } from "zod";
import type { InputField, InputForm } from "./page-view.js";
import { MAX_ANSWER_CHARACTERS, MAX_OPTIONS } from "./quiz-limits.js";

/** What a person has entered: text, or the chosen ones of several options. */
export type InputValues = Readonly<Record<string, string | readonly string[]>>;

/** A form of more fields is no question about a step. */
export const MAX_INPUTS = 20;

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const schemaOfField = z.looseObject({
  type: z.string().default("string"),
  title: scalar.optional(),
  description: scalar.optional(),
  default: z.union([scalar.transform((one) => [one]), z.array(scalar)]).optional(),
  enum: z.array(scalar).optional(),
  items: z.looseObject({ enum: z.array(scalar).optional() }).optional(),
  required: z.union([z.boolean(), z.array(z.string())]).optional(),
});
type FieldSchema = z.infer<typeof schemaOfField>;

/** How a field is shown, as the list beside the schema may say. */
interface Shown {
  key?: string;
  type?: string;
  title?: string;
  titleMap?: Readonly<Record<string, unknown>>;
  items?: unknown[];
}

/** Reads what a test asks for: a JSON schema of its fields, and how they are shown. Throws where a field is nothing that a form can ask for. */
export function readInputs({ schema, form }: { schema: Record<string, unknown>; form?: unknown }): InputForm {
  const { fields: schemas, required } = fieldsOf(schema);
  const names = Object.keys(schemas);
  if (names.length === 0) throw new Error("its `inputs` have no field");
  if (names.length > MAX_INPUTS)
    throw new Error(`its \`inputs\` have ${names.length} fields; at most ${MAX_INPUTS} are asked for`);
  const shown = shownFields(Array.isArray(form) ? form : ["*"], names);
  const fields = shown.flatMap(({ key = "", ...look }) => {
    if (!names.includes(key)) return [];
    return [fieldOf(key, readField(key, schemas[key]), { ...look, isRequired: required.includes(key) })];
  });
  const submit = (Array.isArray(form) ? form : []).map(asShown).find(({ type }) => type === "submit")?.title;
  return { fields, submit: submit ?? "Submit" };
}

/** A map of fields, or the whole of a schema around it. */
function fieldsOf(schema: Record<string, unknown>): { fields: Record<string, unknown>; required: string[] } {
  const { type, properties, required } = schema;
  if (type !== "object" || typeof properties !== "object" || properties === null)
    return { fields: schema, required: [] };
  return {
    fields: properties as Record<string, unknown>,
    required: Array.isArray(required) ? required.map(String) : [],
  };
}

function readField(name: string, value: unknown): FieldSchema {
  const read = schemaOfField.safeParse(value ?? {});
  if (read.success) return read.data;
  throw new Error(`its input "${name}" has no schema that a form can be made of`);
}

/** The fields in their order; `*` stands for those that no other entry names. */
function shownFields(form: readonly unknown[], names: readonly string[]): Shown[] {
  const listed = form.map(asShown).flatMap((entry) => [entry, ...(entry.items ?? []).map(asShown)]);
  const named = new Set(listed.map(({ key }) => key));
  const ordered = listed.flatMap((entry) =>
    entry.key === "*" ? names.filter((name) => !named.has(name)).map((key) => ({ key })) : [entry],
  );
  return ordered.filter(({ key }, at) => ordered.findIndex((other) => other.key === key) === at);
}

function asShown(entry: unknown): Shown {
  return typeof entry === "string" ? { key: entry } : (Object(entry) as Shown);
}

function fieldOf(
  name: string,
  schema: FieldSchema,
  { type: look, title, titleMap = {}, isRequired }: Omit<Shown, "key"> & { isRequired: boolean },
): InputField {
  const offered = schema.type === "array" ? schema.items?.enum : schema.enum;
  const options = (offered ?? []).map((value) => ({ value, label: labelIn(titleMap, value) }));
  if (options.length > MAX_OPTIONS)
    throw new Error(`its input "${name}" offers ${options.length} values; at most ${MAX_OPTIONS} are shown`);
  return {
    name,
    label: title ?? schema.title ?? name,
    type: typeOf(name, schema, { look, hasOptions: options.length > 0 }),
    options,
    given: schema.default ?? [],
    isRequired: isRequired || schema.required === true,
    ...(schema.description !== undefined && { note: schema.description }),
  };
}

function labelIn(titles: Readonly<Record<string, unknown>>, value: string): string {
  const title = titles[value];
  return typeof title === "string" ? title : value;
}

function typeOf(
  name: string,
  { type }: FieldSchema,
  { look, hasOptions }: { look: string | undefined; hasOptions: boolean },
): InputField["type"] {
  if (type === "array" && hasOptions) return "many";
  if (type === "array" || type === "object")
    throw new Error(
      `its input "${name}" is of the type ${type}, which no form asks for without \`items.enum\``,
    );
  if (hasOptions) return "one";
  if (type === "boolean") return "yes";
  if (type === "number" || type === "integer") return "number";
  return look === "textarea" || look === "password" ? look : "text";
}

/** Why a test cannot be run with what was entered; `undefined` where it can. */
export function inputProblem({ fields }: InputForm, values: InputValues): string | undefined {
  const strange = Object.keys(values).find((name) => fields.every((field) => field.name !== name));
  if (strange !== undefined) return `it does not ask for "${strange}"`;
  for (const field of fields) {
    const given = [values[field.name] ?? []].flat();
    if (field.isRequired && given.every((value) => value.trim() === ""))
      return `"${field.label}" has to be filled in`;
    if (field.type !== "many" && given.length > 1) return `"${field.label}" takes one value`;
    if (given.some((value) => value.length > MAX_ANSWER_CHARACTERS)) return `"${field.label}" is too long`;
    if (field.type === "number" && given.some((value) => value !== "" && !Number.isFinite(Number(value))))
      return `"${field.label}" has to be a number`;
    const isOffered = (value: string): boolean => field.options.some((option) => option.value === value);
    if (field.options.length > 0 && !given.every((value) => value === "" || isOffered(value)))
      return `"${field.label}" has a value that is not offered`;
  }
  return undefined;
}

/** What stands in the form before anybody has changed it, as validation enters it. */
export function givenValues({ fields }: InputForm): InputValues {
  return Object.fromEntries(
    fields.map(({ name, type, given }) => {
      if (type === "yes") return [name, given[0] === "true" ? "true" : "false"];
      return [name, type === "many" ? given : (given[0] ?? "")];
    }),
  );
}
