import MarkdownIt from "markdown-it";
import definitionLists from "markdown-it-deflist";
import { addAdmonitions } from "./admonitions.js";
import { addBareLinks } from "./bare-links.js";
import { addContentTabs } from "./content-tabs.js";
import { addEmoji } from "./emoji.js";
import type { Fillings } from "./filled-text.js";
import { addFootnotes } from "./footnotes.js";
import { addMdxTabs } from "./mdx-tabs.js";
import { addFormulas } from "./formulas.js";
import type { Token } from "./markdown-types.js";

export type { Token } from "./markdown-types.js";

const markdown = new MarkdownIt("commonmark", { html: true }).enable(["table", "strikethrough"]);
addAdmonitions(markdown);
addContentTabs(markdown);
addMdxTabs(markdown);
addFormulas(markdown);
addFootnotes(markdown);
markdown.use(definitionLists);
addBareLinks(markdown);
addEmoji(markdown);
const normalizeLink = markdown.normalizeLink.bind(markdown);
const validateLink = markdown.validateLink.bind(markdown);
/** Of the page that is being parsed; nothing else is parsed meanwhile. Making a parser for each page takes longer than most pages. */
let current: Fillings | undefined;
markdown.normalizeLink = (url) => normalizeLink(current?.plain(url) ?? url);
/** Read as a picture or a link, not as text: lint says that nobody else has the file, and pictures are shown whatever their format. */
const OF_PAGES = /^(?:file:|data:image\/)/i;
markdown.validateLink = (url) => {
  const plain = current?.plain(url) ?? url;
  return validateLink(plain) || OF_PAGES.test(plain);
};

/** CommonMark with tables, struck words, boxes, tabs, formulas, footnotes, definition lists, links of bare addresses and signs by their names (`:rocket:`); author HTML passes here and is sanitised afterwards. */
export function parseMarkdown(
  text: string,
  fillings: Fillings,
): { tokens: Token[]; render: (tokens: Token[]) => string } {
  const env = {};
  current = fillings;
  const tokens = markdown.parse(text, env);
  return { tokens, render: (parsed) => markdown.renderer.render(parsed, markdown.options, env) };
}
