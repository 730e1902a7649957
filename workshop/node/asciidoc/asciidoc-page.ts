import { isActionWord } from "../../common/action-forms.js";
import { escapeHtml } from "../../common/filled-text.js";
import { MAX_PAGE_CHARACTERS } from "../../common/page-size.js";
import type { PageProblem } from "../../common/page-problem.js";
import { type AsciidocDocument, type AsciidocNode, attributeOf } from "./asciidoc-nodes.js";
import type { AsciidocIncludes } from "./asciidoc-includes.js";
import { asciidocTable } from "./asciidoc-table.js";
import { dictionary, list } from "./asciidoc-lists.js";
import { withNumbers, withoutCallouts } from "./code-callouts.js";
import { asMarkdown } from "./inline-markdown.js";
import { MarkdownWriter, PageFull } from "./markdown-writer.js";
import type { TemplateMarks } from "./template-marks.js";

/** What a page of AsciiDoc comes to. */
export interface WrittenPage {
  /** Markdown whose fences are the page's code and blocks, and whose other text is HTML. */
  source: string;
  /** Of each line of it the line of the file. */
  lines: number[];
}

/** What Asciidoctor calls the page itself among the files that it reads. */
const PAGE = "<stdin>";

/** Writes the blocks of a page, one after the other, each in the way its kind asks for. */
export class AsciidocPage {
  readonly writer = new MarkdownWriter();
  readonly marks: TemplateMarks;
  readonly problems: PageProblem[];
  readonly #includes: Pick<AsciidocIncludes, "lineOf">;
  /** Of the page itself, where the block that is written begins; included ones are of the line before them. */
  #line = 1;

  constructor(
    includes: Pick<AsciidocIncludes, "lineOf">,
    { marks, problems }: Pick<AsciidocPage, "marks" | "problems">,
  ) {
    this.#includes = includes;
    this.marks = marks;
    this.problems = problems;
  }

  /** The whole page, or as much of it as a page may have, with a problem that says so. */
  async write(document: AsciidocDocument): Promise<WrittenPage> {
    try {
      await this.blocks(document);
      const footnotes = document.getFootnotes();
      if (footnotes.length > 0) this.html(`<hr>\n<ol>\n${footnotes.map(footnote).join("\n")}\n</ol>`);
    } catch (error) {
      if (!(error instanceof PageFull)) throw error;
      this.problems.push(fullPage(this.#line));
    }
    return this.writer.end();
  }

  async blocks(parent: AsciidocNode): Promise<void> {
    for (const block of parent.getBlocks()) await this.block(block);
  }

  /** HTML at the place that is written. */
  html(html: string): void {
    this.#makeSureOfRoom(html);
    this.writer.html(this.marks.html(withFootnotes(html)), this.#line);
  }

  /** Code, or a block that does something. */
  fence(info: string, text: string): void {
    this.#makeSureOfRoom(info);
    this.#makeSureOfRoom(text);
    this.writer.fence(this.marks.written(info), this.marks.written(text), this.#line);
  }

  async block(node: AsciidocNode): Promise<void> {
    const { sourceLocation: place } = node;
    if (place) this.#line = this.#lineAt(place);
    const isCode = node.context === "listing" || node.context === "literal";
    if (node.id !== null && node.context !== "section" && node.context !== "floating_title")
      this.html(`<div><a id="${escapeHtml(node.id)}"></a></div>`);
    if (isCode) return this.#code(node);
    const write = WRITERS[node.context];
    if (write) return write(this, node);
    this.problem(`A block of the kind ${node.context} is shown as the text within it`);
    return this.blocks(node);
  }

  /** A short page may name a long value often: nothing is made of more than a page has room for. */
  #makeSureOfRoom(text: string): void {
    if (!this.marks.isWithin(text, this.writer.room)) throw new PageFull();
  }

  #lineAt({ path, lineno }: NonNullable<AsciidocNode["sourceLocation"]>): number {
    if (path === PAGE) return Math.max(1, lineno);
    return path === null ? this.#line : this.#includes.lineOf(path, this.#line);
  }

  /** A block's own title, as a line of its own above it. */
  title(node: AsciidocNode): void {
    if (node.hasTitle()) this.html(`<p><strong>${node.title ?? ""}</strong></p>`);
  }

  problem(message: string, fix = "Write it as text, code, a list, a table or a box"): void {
    this.problems.push({ severity: "warning", rule: "asciidoc", line: this.#line, message, fix });
  }

  /** Running text; Markdown where something of it is a button, which HTML has not. */
  paragraph(html: string): void {
    this.#makeSureOfRoom(html);
    const text = this.marks.html(withFootnotes(html));
    if (this.marks.isOnlyTags(html)) this.writer.paragraph(text.split("\n"), this.#line);
    else if (/\{\{\s*copy\s*\}\}/.test(text)) this.writer.paragraph([asMarkdown(text)], this.#line);
    else this.html(`<p>${html}</p>`);
  }

  async #code(node: AsciidocNode): Promise<void> {
    const action = node.getRoles().find(isActionWord);
    const raw = node.getSource();
    const source = node.subs?.includes("attributes") ? await node.applySubs(raw, ["attributes"]) : raw;
    this.#makeSureOfRoom(source);
    if (action === undefined) this.title(node);
    const text = action === undefined ? withNumbers(source) : withoutCallouts(source);
    const info = action === undefined ? languageOf(node) : `${action}${expectationOf(node)}`;
    this.fence(info, text);
  }
}

function fullPage(line: number): PageProblem {
  const message = `The page has more than ${MAX_PAGE_CHARACTERS} characters with what it includes and its values; what begins here is not shown`;
  return { severity: "error", rule: "page-size", line, message, fix: "Split the page" };
}

function languageOf(node: AsciidocNode): string {
  if (node.style === "mermaid") return "mermaid";
  return (attributeOf(node, "language") ?? "").replaceAll(/[\s`]/g, "");
}

const EXPECTATIONS = ["exit", "match", "until", "timeout", "skip", "check", "fail", "hint"];

/** What stands behind `=` without quotes. */
const PLAIN_WORD = /^[^\s"/][^\s"]*$/;
const PATTERN = /^\/(?:[^/\\]|\\.)*\/$/;

/** What a block is to come to, as fences say it behind the action. */
function expectationOf(node: AsciidocNode): string {
  const words = EXPECTATIONS.flatMap((name) => {
    const value = attributeOf(node, name);
    if (value === undefined) return [];
    const isPlain = PLAIN_WORD.test(value) || (name === "match" && PATTERN.test(value));
    return [` ${name}=${isPlain ? value : `"${value.replaceAll('"', '\\"')}"`}`];
  });
  return words.join("") + (node.hasOption("manual") ? " manual" : "");
}

function withFootnotes(html: string): string {
  return html.replaceAll(/\p{Cc}{2}fn:(\d{1,6})\p{Cc}{2}/gu, (_mark, at: string) => String(Number(at) + 1));
}

function footnote({ text }: { text: string }, at: number): string {
  const number = String(at + 1);
  return `<li id="_footnotedef_${number}">${text} <a href="#_footnoteref_${number}" aria-label="Back">\u21a9</a></li>`;
}

type Writer = (page: AsciidocPage, node: AsciidocNode) => Promise<void> | void;

const BOXES: ReadonlySet<string> = new Set(["note", "tip", "important", "warning", "caution"]);

const section: Writer = async (page, node) => {
  heading(page, node);
  await page.blocks(node);
};

function heading(page: AsciidocPage, node: AsciidocNode): void {
  const level = Math.min(6, node.level + 1);
  const id = node.id === null ? "" : ` id="${escapeHtml(node.id)}"`;
  const isNumbered = node.numbered === true && node.document.getAttribute("sectnums") !== undefined;
  const number = isNumbered && node.level > 0 ? `${node.sectnum?.() ?? ""} ` : "";
  page.html(`<h${level}${id}>${number}${node.title ?? ""}</h${level}>`);
}

/** Blocks within an element, below their title. */
function within(open: string, close: string): Writer {
  return async (page, node) => {
    page.html(open);
    page.title(node);
    await contentOf(page, node);
    page.html(close);
  };
}

/** The blocks that it holds, or the one paragraph that it is. */
async function contentOf(page: AsciidocPage, node: AsciidocNode): Promise<void> {
  if (node.getBlocks().length > 0) await page.blocks(node);
  else page.paragraph(await node.content());
}

const admonition: Writer = async (page, node) => {
  const name = attributeOf(node, "name") ?? "note";
  page.html(`<div class="${BOXES.has(name) ? name : "note"}">`);
  const title = node.hasTitle() ? (node.title ?? "") : escapeHtml(attributeOf(node, "textlabel") ?? "Note");
  page.html(`<p><strong>${title}</strong></p>`);
  await contentOf(page, node);
  page.html("</div>");
};

const example: Writer = async (page, node) => {
  if (node.style === "tabs") return tabs(page, node);
  if (!node.hasOption("collapsible")) return within("<div>", "</div>")(page, node);
  page.html(
    `<details${node.hasOption("open") ? " open" : ""}>\n<summary>${node.title ?? "Details"}</summary>`,
  );
  await contentOf(page, node);
  page.html("</details>");
};

/** The form of Asciidoctor's tabs: a list of titles, each with what its tab holds. */
const tabs: Writer = async (page, node) => {
  const titles = node.getBlocks().find(({ context }) => context === "dlist");
  if (!titles) return within("<div>", "</div>")(page, node);
  page.html('<div class="tabs">');
  await dictionary(page, titles, {
    term: ['<details class="tab">\n<summary>', "</summary>"],
    end: "</details>",
  });
  page.html("</div>");
};

const quote: Writer = async (page, node) => {
  page.html("<blockquote>");
  page.title(node);
  if (node.context === "verse") page.html(`<p>${(await node.content()).replaceAll("\n", "<br>\n")}</p>`);
  else await contentOf(page, node);
  const by = [attributeOf(node, "attribution"), attributeOf(node, "citetitle")].filter(
    (part) => part !== undefined,
  );
  if (by.length > 0) page.html(`<p>\u2014 ${by.join(", ")}</p>`);
  page.html("</blockquote>");
};

const image: Writer = async (page, node) => {
  const [alt, ofFile] = [attributeOf(node, "alt"), attributeOf(node, "default-alt")];
  const size = ["width", "height"].flatMap((name) => {
    const pixels = /^(\d{1,5})(?:px)?$/.exec(attributeOf(node, name) ?? "")?.[1];
    return pixels === undefined ? [] : [` ${name}="${pixels}"`];
  });
  // One that Asciidoctor made of the file's name says nothing: lint asks for words.
  const words = alt === undefined || alt === ofFile ? "" : ` alt="${escapeHtml(alt)}"`;
  const src = await node.imageUri(attributeOf(node, "target") ?? "");
  const picture = `<img src="${escapeHtml(src)}"${words}${size.join("")}>`;
  const link = attributeOf(node, "link");
  page.html(`<p>${link === undefined ? picture : `<a href="${escapeHtml(link)}">${picture}</a>`}</p>`);
  page.title(node);
};

const media: Writer = async (page, node) => {
  page.title(node);
  const target = attributeOf(node, "target") ?? "";
  page.html(`<p><a href="${escapeHtml(await node.imageUri(target))}">${escapeHtml(target)}</a></p>`);
  page.problem(`A ${node.context} is shown as a link`, "Say what it shows, too");
};

const formula: Writer = (page, node) => {
  page.title(node);
  const isTex = node.style === "latexmath";
  if (!isTex)
    page.problem("AsciiMath is shown as it is written", "Write the formula in LaTeX, as [latexmath] has it");
  page.fence(isTex ? "math" : "", node.getSource());
};

const WRITERS: Readonly<Record<string, Writer>> = {
  section,
  floating_title: heading,
  preamble: (page, node) => page.blocks(node),
  paragraph: async (page, node) => {
    page.title(node);
    page.paragraph(await node.content());
  },
  admonition,
  example,
  open: within("<div>", "</div>"),
  sidebar: within('<div class="info">', "</div>"),
  quote,
  verse: quote,
  ulist: list,
  olist: list,
  colist: list,
  dlist: (page, node) => {
    page.title(node);
    return dictionary(page, node);
  },
  table: asciidocTable,
  image,
  video: media,
  audio: media,
  stem: formula,
  pass: async (page, node) => page.html(await node.content()),
  thematic_break: (page) => page.html("<hr>"),
  page_break: () => undefined,
  // The text has its contents beside it already.
  toc: () => undefined,
};
