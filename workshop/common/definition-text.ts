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
  /** The end of a sentence. */
  why: string;
  /** It stands among words, as `$(date)` does in a script: nothing that is a name or an address is wrong for it. */
  isAmongWords: boolean;
  /** The format has no variable of that name, so that it is mistyped. */
  isMistyped: boolean;
}

/** `$(name)`, and `$(base64(name))`; capitals are the business of Kubernetes, which expands variables of containers so. */
const REFERENCE = /\$\((?:base64\(([a-z]\w{0,100})\)|([a-z]\w{0,100}))\)/g;

/** Reads a text of a Workshop resource with its `$(name)`; `own` are the names to which the lab itself gives values. */
export function definitionText(text: string, own: ReadonlySet<string>): Definition<string> {
  const unknown: Definition<string>["unknown"] = [];
  const value = text.replaceAll(
    REFERENCE,
    (written, encoded: string | undefined, plain: string | undefined) => {
      const name = encoded ?? plain ?? "";
      const why = reasonFor(name, own) ?? (encoded === undefined ? undefined : "is not encoded here");
      if (why === undefined) return `{{ ${name} }}`;
      const isAmongWords = /\s/.test(text);
      const isMistyped = !isAmongWords && absentVariable(name) === undefined;
      unknown.push({ written, why, isAmongWords, isMistyped });
      return written;
    },
  );
  return { value, unknown };
}

/** The same for every text within a value, keys included. */
export function definitionValue(given: unknown, own: ReadonlySet<string>): Definition<unknown> {
  if (typeof given === "string") return definitionText(given, own);
  if (Array.isArray(given)) {
    const items = given.map((item) => definitionValue(item, own));
    return { value: items.map(({ value }) => value), unknown: items.flatMap(({ unknown }) => unknown) };
  }
  if (typeof given !== "object" || given === null) return { value: given, unknown: [] };
  const entries = Object.entries(given).map(
    ([key, item]) => [definitionText(key, own), definitionValue(item, own)] as const,
  );
  return {
    value: Object.fromEntries(entries.map(([key, item]) => [key.value, item.value])),
    unknown: entries.flatMap(([key, item]) => [...key.unknown, ...item.unknown]),
  };
}

function reasonFor(name: string, own: ReadonlySet<string>): string | undefined {
  if (SESSION_VARIABLES.has(name) || own.has(name)) return undefined;
  const what = absentVariable(name);
  return what === undefined ? "is no name that has a value" : `is of ${what}, which is not to be had here`;
}
