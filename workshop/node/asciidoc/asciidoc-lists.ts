import type { AsciidocNode } from "./asciidoc-nodes.js";
import { attributeOf } from "./asciidoc-nodes.js";
import type { AsciidocPage } from "./asciidoc-page.js";

const TYPES: Readonly<Record<string, string>> = {
  loweralpha: "a",
  upperalpha: "A",
  lowerroman: "i",
  upperroman: "I",
};

/** Writes a list with bullets or numbers, and what explains the numbers behind lines of code. */
export async function list(page: AsciidocPage, node: AsciidocNode): Promise<void> {
  const element = node.context === "ulist" ? "ul" : "ol";
  const start = attributeOf(node, "start");
  const type = TYPES[node.style ?? ""];
  page.title(node);
  page.html(
    `<${element}${start === undefined ? "" : ` start="${Number(start) || 1}"`}${type ? ` type="${type}"` : ""}>`,
  );
  for (const item of node.getBlocks()) {
    page.html("<li>");
    if (item.hasText?.()) page.paragraph(`${checkbox(item)}${item.text ?? ""}`);
    await page.blocks(item);
    page.html("</li>");
  }
  page.html(`</${element}>`);
}

function checkbox(item: AsciidocNode): string {
  const given = item.getAttributes();
  if (!("checkbox" in given)) return "";
  return "checked" in given ? "\u2611 " : "\u2610 ";
}

interface Elements {
  /** Around all of it; none where the list stands in something else already. */
  all?: [string, string];
  term: [string, string];
  /** Before what explains the term. */
  begin?: string;
  end: string;
}

const DEFINITIONS: Elements = {
  all: ["<dl>", "</dl>"],
  term: ["<dt>", "</dt>"],
  begin: "<dd>",
  end: "</dd>",
};

/** Writes a list of terms and what they mean. */
export async function dictionary(
  page: AsciidocPage,
  node: AsciidocNode,
  { all, term, begin, end }: Elements = DEFINITIONS,
): Promise<void> {
  if (all) page.html(all[0]);
  for (const [terms, meaning] of (node.getItems?.() ?? []) as [AsciidocNode[], AsciidocNode | null][]) {
    for (const { text } of terms) page.html(`${term[0]}${text ?? ""}${term[1]}`);
    if (begin !== undefined) page.html(begin);
    if (meaning?.hasText?.()) page.paragraph(meaning.text ?? "");
    if (meaning) await page.blocks(meaning);
    page.html(end);
  }
  if (all) page.html(all[1]);
}
