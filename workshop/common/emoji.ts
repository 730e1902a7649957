import signs from "markdown-it-emoji/lib/data/full.mjs";
import type { Markdown, Token } from "./markdown-types.js";

/** A name between colons, not within a word or a longer row of them such as an image's or an address's. */
const NAME = /(?<![\w:]):([a-z0-9_+-]{1,64}):(?![\w:])/g;

/**
 * Shows `:rocket:` in running text as GitHub does; names it has not stay as they are written. Only what is shown changes, which the
 * plugin beside the names would not keep to: ids of headings are made of what is written, as there.
 */
export function addEmoji(markdown: Markdown): void {
  markdown.core.ruler.after("inline", "code_in_html", (state) => {
    for (const { children } of state.tokens) if (children) markCode(children);
  });
  markdown.renderer.rules.text = (tokens, at) => {
    const { content = "", meta } = tokens[at] ?? {};
    return markdown.utils.escapeHtml(meta === IS_CODE ? content : withEmoji(content));
  };
}

/** Text between tags of HTML is as it is written, as code in Markdown is. */
const IS_CODE = { isCode: true };
const CODE_TAG = /^<(\/?)(?:code|kbd|samp|tt|var)(?![\w-])/i;

function markCode(parts: readonly Token[]): void {
  let depth = 0;
  for (const part of parts) {
    const tag = part.type === "html_inline" ? CODE_TAG.exec(part.content) : null;
    if (tag) depth = tag[1] === "/" ? Math.max(0, depth - 1) : depth + 1;
    else if (depth > 0 && part.type === "text") part.meta = IS_CODE;
  }
}

/** The text with signs for their names between colons. */
export function withEmoji(text: string): string {
  if (!text.includes(":")) return text;
  return text.replaceAll(NAME, (written, name: string) =>
    Object.hasOwn(signs, name) ? (signs[name] ?? written) : written,
  );
}
