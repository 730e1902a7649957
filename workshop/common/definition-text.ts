import { absentVariable } from "./absent-variables.js";
import { SESSION_VARIABLES } from "./variables.js";

/** What `definitionText` and `definitionValue` read. */
export interface Definition<Value> {
  /** With `{{ name }}` in place of `$(name)`. */
  value: Value;
  /** References that have no value. */
  unknown: UnknownReference[];
}

/** A reference that stays as it is written. */
export interface UnknownReference {
  written: string;
  name: string;
  /** The end of a sentence. */
  why: string;
  /** It stands among words, as `$(date)` does in a script: nothing that is a name or an address is wrong for it. */
  isAmongWords: boolean;
  /** The format has no variable of that name, so that it is mistyped. */
  isMistyped: boolean;
}

/** The names that a lab gives values to, or declares. */
export interface DefinitionNames {
  /** Those of which sessions know the values. */
  own: ReadonlySet<string>;
  /** Those that have values on the original, or that Kubernetes puts in from the environment of a container. */
  declared: ReadonlySet<string>;
}

/** `$(name)`, and `$(base64(name))`; capitals are the business of Kubernetes, which expands variables of containers so. */
const REFERENCE = /\$\((?:base64\(([a-z]\w{0,100})\)|([a-z]\w{0,100}))\)/g;

/** Reads a text of a Workshop resource with its `$(name)`. */
export function definitionText(text: string, names: DefinitionNames): Definition<string> {
  const unknown: Definition<string>["unknown"] = [];
  const isAmongWords = /\s/.test(text);
  const value = text.replaceAll(
    REFERENCE,
    (written, encoded: string | undefined, plain: string | undefined) => {
      const name = encoded ?? plain ?? "";
      const isOwn = SESSION_VARIABLES.has(name) || names.own.has(name);
      if (isOwn && encoded === undefined) return `{{ ${name} }}`;
      const why = isOwn ? "is not encoded here" : reasonFor(name, names);
      const isMistyped = !isAmongWords && why === NO_NAME;
      unknown.push({ written, name, why, isAmongWords, isMistyped });
      return written;
    },
  );
  return { value, unknown };
}

/** The same for every text within a value, keys included. */
export function definitionValue(given: unknown, names: DefinitionNames): Definition<unknown> {
  if (typeof given === "string") return definitionText(given, names);
  if (Array.isArray(given)) {
    const items = given.map((item) => definitionValue(item, names));
    return { value: items.map(({ value }) => value), unknown: items.flatMap(({ unknown }) => unknown) };
  }
  if (typeof given !== "object" || given === null) return { value: given, unknown: [] };
  const entries = Object.entries(given).map(
    ([key, item]) => [definitionText(key, names), definitionValue(item, names)] as const,
  );
  return {
    value: Object.fromEntries(entries.map(([key, item]) => [key.value, item.value])),
    unknown: entries.flatMap(([key, item]) => [...key.unknown, ...item.unknown]),
  };
}

const NO_NAME = "is no name that has a value";

function reasonFor(name: string, { declared }: DefinitionNames): string {
  if (declared.has(name)) return "nothing fills in here";
  const absent = absentVariable(name);
  return absent ? `is of ${absent.what}, which is not to be had here` : NO_NAME;
}
