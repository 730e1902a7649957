import MarkdownIt from "markdown-it";
import type { Fillings } from "./filled-text.js";

export type Token = ReturnType<InstanceType<typeof MarkdownIt>["parse"]>[number];

/** CommonMark with tables; author HTML passes here and is sanitised afterwards. */
export function parseMarkdown(
  text: string,
  fillings: Fillings,
): { tokens: Token[]; render: (tokens: Token[]) => string } {
  const markdown = new MarkdownIt("commonmark", { html: true }).enable("table");
  const normalizeLink = markdown.normalizeLink.bind(markdown);
  const validateLink = markdown.validateLink.bind(markdown);
  markdown.normalizeLink = (url) => normalizeLink(fillings.plain(url));
  markdown.validateLink = (url) => validateLink(fillings.plain(url));
  const env = {};
  return {
    tokens: markdown.parse(text, env),
    render: (tokens) => markdown.renderer.render(tokens, markdown.options, env),
  };
}
