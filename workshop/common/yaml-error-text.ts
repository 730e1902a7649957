import type { ErrorCode, YAMLError } from "yaml";

/** What authors wrote where the parser says that. */
const MEANT: Readonly<Partial<Record<ErrorCode, string>>> = {
  BLOCK_AS_IMPLICIT_KEY: 'a value that holds ": " belongs in quotes, or behind a | on lines of its own',
  MULTILINE_IMPLICIT_KEY: "lines of a value stand indented behind a |",
  MISSING_CHAR: "quotes and brackets are closed, and lines of a value stand indented behind a |",
  UNEXPECTED_TOKEN: "put the whole value in quotes, or write it behind a | on lines of its own",
  BAD_SCALAR_START: "put the whole value in quotes",
  BAD_DQ_ESCAPE: "between double quotes \\ begins an escape; single quotes take it as it is",
  TAB_AS_INDENT: "indent with blanks",
};

/** What the parser says, as part of a sentence, and what to do about it. */
export function yamlErrorText({ message, code }: Pick<YAMLError, "message" | "code">): string {
  const meant = MEANT[code];
  const said = message.charAt(0).toLowerCase() + message.slice(1);
  return meant === undefined ? said : `${said} (${meant})`;
}
