import signs from "markdown-it-emoji/lib/data/full.mjs";
import type { Markdown } from "./markdown-types.js";

/** A name between colons, not within a word or a longer row of them such as an image's or an address's. */
const NAME = /(?<![\w:]):([a-z0-9_+-]{1,64}):(?![\w:])/g;

/**
 * Shows `:rocket:` in running text as GitHub does; names it has not stay as they are written. Only what is shown changes, which the
 * plugin beside the names would not keep to: ids of headings are made of what is written, as there.
 */
export function addEmoji(markdown: Markdown): void {
  markdown.renderer.rules.text = (tokens, at) =>
    markdown.utils.escapeHtml(withEmoji(tokens[at]?.content ?? ""));
}

function withEmoji(text: string): string {
  if (!text.includes(":")) return text;
  return text.replaceAll(NAME, (written, name: string) =>
    Object.hasOwn(signs, name) ? (signs[name] ?? written) : written,
  );
}
