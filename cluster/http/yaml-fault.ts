import type { ErrorCode, YAMLError } from "yaml";

/** What is wrong with a YAML text, in the words of a Kubernetes API server. */
export class YamlFault extends Error {
  override readonly name = "YamlFault";
}

/** Which of its parts the reader of a real server finds fault with: it counts lines of texts from 1, of what they mean from 0. */
type Finder = "scanner" | "parser";

const NO_TOKEN = "found character that cannot start any token";
const NO_VALUE_HERE = "mapping values are not allowed in this context";
const NO_NODE = "did not find expected node content";

/** By the code of the library's error, and by what its text holds. */
const FAULTS: [code: ErrorCode, text: string, finder: Finder, fault: string][] = [
  ["TAB_AS_INDENT", "", "scanner", NO_TOKEN],
  ["BAD_SCALAR_START", "", "scanner", NO_TOKEN],
  ["BAD_DQ_ESCAPE", "", "scanner", "found unknown escape character"],
  ["MISSING_CHAR", "quote", "scanner", "found unexpected end of stream"],
  ["MISSING_CHAR", "Implicit map keys need to be followed", "scanner", "could not find expected ':'"],
  ["BLOCK_AS_IMPLICIT_KEY", "compact mappings", "scanner", NO_VALUE_HERE],
  ["MULTILINE_IMPLICIT_KEY", "", "scanner", NO_VALUE_HERE],
  [
    "UNEXPECTED_TOKEN",
    "block-seq-ind on same line",
    "scanner",
    "block sequence entries are not allowed in this context",
  ],
  ["UNEXPECTED_TOKEN", "Block scalar header", "scanner", "did not find expected comment or line break"],
  ["UNEXPECTED_TOKEN", "in flow", "parser", NO_NODE],
  ["UNEXPECTED_TOKEN", "flow-", "parser", NO_NODE],
  ["BAD_INDENT", "same column", "parser", "did not find expected key"],
];
/** What a list or map in brackets lacks at its end, or has too much in it. */
const OPEN_BRACKET = /\b(?:sequence|map)\b.* (?:end with a )?([\]}])$/;

/** An error of the library in the words of a real server; where it has none of its own for that, in those of the library. */
export function faultOf(error: YAMLError, text: string, lineAt: (offset: number) => number): YamlFault {
  const { code, message, pos } = error;
  const [at] = pos;
  const before = text.slice(0, at);
  const bracket = OPEN_BRACKET.exec(message)?.[1];
  if (bracket !== undefined) return parserFault(unended(before, bracket), lineOfEnd(before, text));
  if (message.startsWith("Block collections")) return parserFault(unended("", innermost(before)), lineAt(at));
  if (message.endsWith("at node end") && text.startsWith("- "))
    return parserFault("did not find expected '-' indicator", lineAt(at));
  if (message.includes("compact mappings") && text.startsWith("?", at))
    return new YamlFault(`yaml: ${from(lineAt(at))}mapping keys are not allowed in this context`);
  const known = FAULTS.find(([of, part]) => of === code && message.includes(part));
  if (known === undefined) return new YamlFault(`yaml: line ${lineAt(at)}: ${message}`);
  const [, , finder, fault] = known;
  const line = fault === NO_VALUE_HERE ? lineAt(colonAfter(text, at)) : lineAt(at);
  return finder === "parser" ? parserFault(fault, line) : new YamlFault(`yaml: ${from(line)}${fault}`);
}

function unended(before: string, bracket: string): string {
  return /[[{,]\s*$/.test(before) ? NO_NODE : `did not find expected ',' or '${bracket}'`;
}

/** What would close the bracket opened last. */
function innermost(before: string): string {
  return before.lastIndexOf("{") > before.lastIndexOf("[") ? "}" : "]";
}

/** The colon that makes a key of what stands at the offset. */
function colonAfter(text: string, at: number): number {
  const found = text.slice(at).search(/:(?:\s|$)/);
  return at + Math.max(0, found);
}

/** A real server sees the end of a text on a line of its own. */
function lineOfEnd(before: string, text: string): number {
  const lines = before.split("\n").length;
  return before.length === text.length && !text.endsWith("\n") ? lines + 1 : lines;
}

function parserFault(fault: string, line: number): YamlFault {
  return new YamlFault(`yaml: ${line > 1 ? `line ${line - 1}: ` : ""}${fault}`);
}

/** A real server says nothing of the first line, which it takes for none. */
function from(line: number): string {
  return line > 1 ? `line ${line}: ` : "";
}

/** What is wrong with the bytes of a text before anything is read of it; `undefined` where nothing is. */
export function byteFault(bytes: Buffer): YamlFault | undefined {
  const text = bytes.toString("utf8");
  if (CONTROL.test(text)) return new YamlFault("yaml: control characters are not allowed");
  if (!text.includes("\uFFFD") || Buffer.from(text, "utf8").equals(bytes)) return undefined;
  return new YamlFault(`yaml: ${utf8Fault(bytes)}`);
}

const CONTROL = /[^\P{Cc}\t\n\r\u0085]|[\uFFFE\uFFFF]/u;

function utf8Fault(bytes: Buffer): string {
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const width = first < 0x80 ? 1 : first >> 5 === 6 ? 2 : first >> 4 === 14 ? 3 : first >> 3 === 30 ? 4 : 0;
    if (width === 0) return "invalid leading UTF-8 octet";
    if (at + width > bytes.length) return "incomplete UTF-8 octet sequence";
    if (bytes.subarray(at + 1, at + width).some((byte) => byte >> 6 !== 2))
      return "invalid trailing UTF-8 octet";
    at += width;
  }
  return "invalid length of a UTF-8 sequence";
}
