import { type AsciidocCell, type AsciidocNode, attributeOf } from "./asciidoc-nodes.js";
import type { AsciidocPage } from "./asciidoc-page.js";

const ALIGNED = new Set(["center", "right"]);

/** Writes a table; cells of AsciiDoc hold blocks like the page. */
export async function asciidocTable(page: AsciidocPage, node: AsciidocNode): Promise<void> {
  const { head = [], body = [], foot = [] } = node.rows ?? {};
  page.title(node);
  page.html("<table>");
  for (const [element, rows] of [
    ["thead", head],
    ["tbody", body],
    ["tfoot", foot],
  ] as const) {
    if (rows.length === 0) continue;
    page.html(`<${element}>`);
    for (const row of rows) {
      page.html("<tr>");
      for (const cell of row) await writeCell(page, cell, element === "thead");
      page.html("</tr>");
    }
    page.html(`</${element}>`);
  }
  page.html("</table>");
}

async function writeCell(page: AsciidocPage, cell: AsciidocCell, isHead: boolean): Promise<void> {
  const element = isHead || cell.style === "header" ? "th" : "td";
  const align = attributeOf(cell, "halign") ?? "";
  const spans = [
    ...(cell.colspan === null ? [] : [` colspan="${cell.colspan}"`]),
    ...(cell.rowspan === null ? [] : [` rowspan="${cell.rowspan}"`]),
    ...(ALIGNED.has(align) ? [` align="${align}"`] : []),
  ];
  page.html(`<${element}${spans.join("")}>`);
  if (cell.innerDocument) await page.blocks(cell.innerDocument);
  else await writeText(page, await cell.content(), isHead);
  page.html(`</${element}>`);
}

async function writeText(page: AsciidocPage, content: string | string[], isHead: boolean): Promise<void> {
  const paragraphs = [content].flat();
  if (isHead || paragraphs.length === 1) page.html(paragraphs.join(" "));
  else for (const paragraph of paragraphs) page.paragraph(paragraph);
}
