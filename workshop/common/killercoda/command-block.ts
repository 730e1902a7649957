const LIST_ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+/;
const QUOTATION = /^ {0,3}> ?/;

/** Whether the line ends the paragraph above it, outside of quotations. */
export function endsParagraph(line: string): boolean {
  return line.trim() === "" || LIST_ITEM.test(line);
}

/** Whether the line ends the paragraph of the quotation that it goes on. */
export function endsQuotedParagraph(line: string): boolean {
  const quoted = /^[ \t>]*>/.exec(line)?.[0];
  return quoted !== undefined && endsParagraph(line.slice(quoted.length));
}

/** A line of a quotation whose marks of a fence are tildes, with back-ticks for them, which mean the same. */
export function withTicks(line: string): string {
  const [whole, quoted = "", tildes = ""] = /^([ \t>]*>[ \t]*)(~{3,})(?=[^~`]*$)/.exec(line) ?? [];
  return whole === undefined ? line : quoted + "`".repeat(tildes.length) + line.slice(whole.length);
}

/** Whether a fence of a quotation begins with the line. */
export function beginsQuotedFence(line = ""): boolean {
  return /^[ \t>]*>[ \t]*```/.test(line);
}

/** What is typed for code within the text: without what puts its lines into the item or the quotation of the text, whose first line begins or goes on that. */
export function commandIn(text: string, code: string): string {
  const [head = "", ...rest] = code.split("\n");
  if (rest.length === 0) return head.trim();
  const containers = containersOf(text.slice(0, text.indexOf("\n")));
  return [head, ...rest.map((line) => within(line, containers))].join("\n").trim();
}

/** The command as a block, as deep as the text, so that it belongs to the same item of a list. */
export function commandBlock(text: string, command: string, terminal: number): string {
  return indented(`\`\`\`execute-${String(terminal)}\n${command}\n\`\`\``, indentOf(text));
}

/** The blanks before what belongs to the same item as the line. */
export function indentOf(line: string): string {
  return " ".repeat(LIST_ITEM.exec(line)?.[0].length ?? /^ */.exec(line)?.[0].length ?? 0);
}

/** The block with those blanks before each of its lines. */
export function indented(block: string, indent: string): string {
  return block
    .split("\n")
    .map((line) => indent + line)
    .join("\n");
}

/** From the outermost: a quotation, or how many columns an item's text stands in it. */
type Container = "quotation" | number;

/** 32 items and quotations in each other are more than anybody can read. */
const MAX_CONTAINERS = 32;

function containersOf(first: string): Container[] {
  const containers: Container[] = [];
  let rest = first;
  while (containers.length < MAX_CONTAINERS) {
    const quotation = QUOTATION.exec(rest)?.[0];
    const opening = quotation ?? LIST_ITEM.exec(rest)?.[0];
    if (opening === undefined) break;
    containers.push(quotation === undefined ? columnsOf(opening) : "quotation");
    rest = rest.slice(opening.length);
  }
  return [...containers, columnsOf(/^[ \t]*/.exec(rest)?.[0] ?? "")];
}

function within(line: string, containers: readonly Container[]): string {
  return containers.reduce<string>(
    (rest, container) =>
      container === "quotation" ? rest.replace(QUOTATION, "") : withoutColumns(rest, container),
    line,
  );
}

function withoutColumns(line: string, most: number): string {
  let at = 0;
  for (let column = 0; column < most && (line[at] === " " || line[at] === "\t"); at++)
    column = nextColumn(column, line[at]);
  return line.slice(at);
}

function columnsOf(text: string): number {
  return text.split("").reduce(nextColumn, 0);
}

/** A tab leads to the next of the stops, which are four columns apart. */
function nextColumn(column: number, character: string | undefined): number {
  return character === "\t" ? column + 4 - (column % 4) : column + 1;
}
