/** What the shell would make of a character: the innermost of these decides. */
export type Place =
  | { kind: "words"; closing?: ")" | "`" }
  | { kind: "single" }
  | { kind: "ansi" }
  | { kind: "double" }
  | { kind: "comment" }
  | { kind: "expression"; closing: "}" | "))" }
  | { kind: "document"; delimiter: string; isQuoted: boolean; stripsTabs: boolean };

/** Places in which no quotes keep a value as it is, and how an author knows them. */
export const EXPRESSIONS = { "}": "${ ... }", "))": "(( ... ))" } as const;

/** The text with the quotes that keep it as it is at that place. */
export function quotedIn(place: Exclude<Place, { kind: "expression" }>, text: string): string {
  switch (place.kind) {
    case "words":
      return `'${text.replaceAll("'", `'\\''`)}'`;
    case "single":
      return text.replaceAll("'", `'\\''`);
    case "ansi":
      return text.replaceAll(/[\\']/g, "\\$&");
    case "double":
      // History expansion knows no backslash between double quotes.
      return text.replaceAll(/[\\"$`]/g, "\\$&").replaceAll("!", `"'!'"`);
    case "comment":
      return text;
    case "document":
      return place.isQuoted ? text : text.replaceAll(/[\\$`]/g, "\\$&");
  }
}
