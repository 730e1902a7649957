import footnotes from "markdown-it-footnote";
import type { Markdown } from "./markdown-types.js";

interface Meta {
  id: number;
  subId: number;
}

/** Of the name of a note; without a bound, the end of each would be looked for in all that follows. */
const LONGEST_NAME = 200;

/** Reads `[^1]` with its `[^1]: note`; the notes stand at the end of the page, each with a way back. */
export function addFootnotes(markdown: Markdown): void {
  markdown.use(footnotes);
  // `^[` is no note but the beginning of many a pattern.
  markdown.disable("footnote_inline");
  markdown.inline.ruler.before("footnote_ref", "footnote_none", (state, silent) => {
    const { src, pos } = state;
    const hasNotes = (state.env as { footnotes?: { refs?: unknown } }).footnotes?.refs !== undefined;
    if (!hasNotes || !src.startsWith("[^", pos) || src.slice(pos, pos + LONGEST_NAME).includes("]"))
      return false;
    if (!silent) state.pending += "[^";
    state.pos += 2;
    return true;
  });
  const { rules } = markdown.renderer;
  rules["footnote_ref"] = (tokens, at) => {
    const meta: unknown = tokens[at]?.meta;
    return `<sup><a href="#footnote-${numberOf(meta)}" id="footnote-mark-${placeOf(meta)}" aria-label="Note ${numberOf(meta)}">${numberOf(meta)}</a></sup>`;
  };
  rules["footnote_block_open"] = () => '<div class="footnotes">\n<hr>\n<ol>\n';
  rules["footnote_block_close"] = () => "</ol>\n</div>\n";
  rules["footnote_open"] = (tokens, at) => `<li id="footnote-${numberOf(tokens[at]?.meta)}">`;
  rules["footnote_close"] = () => "</li>\n";
  rules["footnote_anchor"] = (tokens, at) =>
    ` <a href="#footnote-mark-${placeOf(tokens[at]?.meta)}" aria-label="Back to the text">\u21A9\uFE0E</a>`;
}

function numberOf(meta: unknown): string {
  return String((meta as Meta).id + 1);
}

/** Where a note is named: once, or again. */
function placeOf(meta: unknown): string {
  const { subId } = meta as Meta;
  return subId > 0 ? `${numberOf(meta)}-${String(subId + 1)}` : numberOf(meta);
}
