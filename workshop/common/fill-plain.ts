/** Values by name, complete: what is not in here is unknown. */
export type Variables = Readonly<Record<string, string>>;

/** Fills a short text such as a condition; unknown names stay as they are written. */
export function fillPlain(text: string, variables: Variables): string {
  return text.replace(NAME_ONLY, (written, name: string) => valueOf(variables, name) ?? written);
}

/** Fills every text inside a value such as a manifest, keys included; no variable can change its structure. */
export function fillValue(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return fillPlain(value, variables);
  if (Array.isArray(value)) return value.map((item) => fillValue(item, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [fillPlain(key, variables), fillValue(item, variables)]),
  );
}

/** Names come from pages: what every object has by birth is no variable. */
export function valueOf(variables: Variables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

const NAME_ONLY = /\{\{-?\s*(\w+)\s*-?\}\}/g;
