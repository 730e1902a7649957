export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** The value as an object; throws naming `what` when it is anything else. */
export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${what} should be a JSON object and is ${JSON.stringify(value)}`);
  }
  return value as JsonObject;
}

/** JSON with each entry of the sections of an object on a line of its own, keys sorted, so that changes diff by entry. */
export function toLines(sections: Record<string, Record<string, unknown>>): string {
  const texts = Object.entries(sections).map(([section, entries]) => {
    const lines = Object.keys(entries)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${JSON.stringify(entries[key])}`);
    return `${JSON.stringify(section)}:{\n${lines.join(",\n")}\n}`;
  });
  return `{${texts.join(",\n")}}\n`;
}
