import { stringify } from "yaml";
import { verbatim } from "../imported-text.js";
import { tagAt } from "../html-tags.js";

const OPENING = /^ {0,3}<pre(?=[\s>])/i;
const CLOSING = /<\/pre>/i;

/** Whether the line begins a `pre` of HTML, in which nothing is Markdown. */
export function beginsPre(line: string): boolean {
  return OPENING.test(line);
}

/** Whether the line ends one. */
export function endsPre(line: string): boolean {
  return CLOSING.test(line);
}

/** What Katacoda made of a text in `<pre class="file" data-target="...">`, as a fence of ours; `undefined` for another `pre`. */
export function fileBlock(lines: readonly string[]): string | undefined {
  const html = lines.join("\n");
  // What looks like a comment in an attribute is a marker.
  const tag = tagAt(html, html.indexOf("<"));
  const of = (name: string): string | undefined =>
    tag?.attributes.find((attribute) => attribute.name === name)?.value;
  if (!tag || of("class")?.split(/\s+/).includes("file") !== true) return undefined;
  const body = textOf(html.slice(tag.end));
  const file = of("data-filename");
  if (of("data-target") === "clipboard") return fence("copy", body);
  if (file === undefined) return undefined;
  return changeOf({ file, target: of("data-target") ?? "append", marker: of("data-marker"), body });
}

interface FileChange {
  file: string;
  target: string;
  marker: string | undefined;
  body: string;
}

function changeOf({ file, target, marker, body }: FileChange): string | undefined {
  const text = `${body}\n`;
  if (target === "replace") return fence("editor:create-file", stringify({ file, text }));
  if (target === "append" || target === "prepend")
    return fence(`editor:${target}-lines-to-file`, stringify({ file, text }));
  if (target !== "insert" || marker === undefined) return undefined;
  return fence(
    "editor:replace-matching-text",
    stringify({ file, match: decoded(marker), replacement: body }),
  );
}

function textOf(content: string): string {
  const end = content.search(CLOSING);
  const text = end < 0 ? content : content.slice(0, end);
  return decoded(text.replace(/^[ \t]*\n/, "").trimEnd());
}

const NAMED: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,6})|#x([\da-f]{1,5})|(\w{2,4}));/gi, (written, digits, hex, name) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase()] ?? written;
    return String.fromCodePoint(Number.parseInt(String(digits ?? hex), digits === undefined ? 16 : 10));
  });
}

function fence(word: string, body: string): string {
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(longest + 1);
  const lines = body.trimEnd().split("\n").map(verbatim);
  return [marks + word, ...lines, marks].join("\n");
}
