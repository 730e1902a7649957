/**
 * A pattern compiled to one token that CEL can judge with the cheapest test that will do: `*` fits anything, `=x` equals, `^x` begins with,
 * `$x` ends with, `~x` is a regular expression (RE2). Regular expressions cost a hundred times as much, so they are the last resort.
 */
export type GlobToken = string;

/** Fits any value. */
export const ANYTHING: GlobToken = "*";

/** Compiles a pattern in which `*` stands for any run of characters, `/` included; an empty pattern fits anything. */
export function compileGlob(glob: string): GlobToken {
  const pattern = glob.replaceAll(/\*+/g, "*");
  if (pattern === "" || pattern === "*") return ANYTHING;
  const stars = pattern.split("*").length - 1;
  if (stars === 0) return `=${pattern}`;
  if (stars === 1 && pattern.endsWith("*")) return `^${pattern.slice(0, -1)}`;
  if (stars === 1 && pattern.startsWith("*")) return `$${pattern.slice(1)}`;
  return `~^(?:${pattern.split("*").map(escapeRegex).join(".*")})$`;
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
      return new RegExp(operand, "s").test(value);
    default:
      return false;
  }
}

/** Whether the cluster needs a regular expression for it. */
export function isCostly(token: GlobToken): boolean {
  return token.startsWith("~");
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
}
