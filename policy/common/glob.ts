/**
 * A pattern compiled to one token that CEL can judge with the cheapest test that will do: `*` fits anything, `=x` equals, `^x` begins with,
 * `$x` ends with, `~x` is a regular expression (RE2). Regular expressions cost a hundred times as much, so they are the last resort.
 */
export type GlobToken = string;

/** Fits any value. */
export const ANYTHING: GlobToken = "*";

/** Around and between the parts of a pattern with stars, as the cluster's RE2 reads them. */
const OPENING = "~^(?:";
const CLOSING = ")$";
const ANY_RUN = ".*";

/** Compiles a pattern in which `*` stands for any run of characters, `/` included; an empty pattern fits anything. */
export function compileGlob(glob: string): GlobToken {
  const pattern = glob.replaceAll(/\*+/g, "*");
  if (pattern === "" || pattern === "*") return ANYTHING;
  const stars = pattern.split("*").length - 1;
  if (stars === 0) return `=${pattern}`;
  if (stars === 1 && pattern.endsWith("*")) return `^${pattern.slice(0, -1)}`;
  if (stars === 1 && pattern.startsWith("*")) return `$${pattern.slice(1)}`;
  return `${OPENING}${pattern.split("*").map(escapeRegex).join(ANY_RUN)}${CLOSING}`;
}

/** The same test the cluster makes on a token. */
export function matchesToken(token: GlobToken, value: string): boolean {
  const operand = token.slice(1);
  switch (token[0]) {
    case "*":
      return true;
    case "=":
      return value === operand;
    case "^":
      return value.startsWith(operand);
    case "$":
      return value.endsWith(operand);
    case "~":
      return hasPartsInOrder(partsOf(token), value);
    default:
      return false;
  }
}

/** Whether the cluster needs a regular expression for it. */
export function isCostly(token: GlobToken): boolean {
  return token.startsWith("~");
}

/** Each part is looked for once, behind the one before it: nothing is ever tried again, whatever pattern and value are. */
function hasPartsInOrder(parts: readonly string[], value: string): boolean {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last))
    return false;
  const end = value.length - last.length;
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = value.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}

/** What stands between the stars of a token that is a regular expression; none of it holds a star. */
function partsOf(token: GlobToken): string[] {
  return token
    .slice(OPENING.length, -CLOSING.length)
    .split(ANY_RUN)
    .map((part) => part.replaceAll(/\\(.)/gs, "$1"));
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
}
