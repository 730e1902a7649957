import MarkdownIt from "markdown-it";
import type { Fillings } from "./filled-text.js";

export type Token = ReturnType<InstanceType<typeof MarkdownIt>["parse"]>[number];

const markdown = new MarkdownIt("commonmark", { html: true }).enable(["table", "strikethrough"]);
const normalizeLink = markdown.normalizeLink.bind(markdown);
const validateLink = markdown.validateLink.bind(markdown);
/** Of the page that is being parsed; nothing else is parsed meanwhile. Making a parser for each page takes longer than most pages. */
let current: Fillings | undefined;
markdown.normalizeLink = (url) => normalizeLink(current?.plain(url) ?? url);
markdown.validateLink = (url) => validateLink(current?.plain(url) ?? url);

/** CommonMark with tables and struck words; author HTML passes here and is sanitised afterwards. */
export function parseMarkdown(
  text: string,
  fillings: Fillings,
): { tokens: Token[]; render: (tokens: Token[]) => string } {
  const env = {};
  current = fillings;
  const tokens = markdown.parse(text, env);
  return { tokens, render: (parsed) => markdown.renderer.render(parsed, markdown.options, env) };
}
