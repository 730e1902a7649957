import GithubSlugger from "github-slugger";
import type { Fillings } from "./filled-text.js";
import { htmlTags } from "./html-tags.js";
import type { Token } from "./markdown.js";
import type { Leaf } from "./page-leaves.js";

/** Gives each heading the id that GitHub gives it, and returns all that a link can lead to. */
export function nameHeadings(
  tokens: readonly Token[],
  leaves: readonly Leaf[],
  fillings: Fillings,
): Set<string> {
  const slugger = new GithubSlugger();
  const anchors = new Set(leaves.flatMap((leaf) => anchorsIn(leaf)));
  tokens.forEach((token, at) => {
    if (token.type !== "heading_open") return;
    const id = slugger.slug(fillings.plain(wordsOf(tokens[at + 1])));
    // A heading of marks alone has no name to link to.
    if (id === "") return;
    token.attrSet("id", id);
    anchors.add(id);
  });
  return anchors;
}

/** The words of the first heading, as its author wrote the values in it. */
export function firstHeading(tokens: readonly Token[], fillings: Fillings): string | undefined {
  const at = tokens.findIndex(({ type }) => type === "heading_open");
  const words = at < 0 ? "" : fillings.written(wordsOf(tokens[at + 1])).trim();
  return words === "" ? undefined : words;
}

/** Running text without its marks; HTML within it is no word. */
function wordsOf(inline: Token | undefined): string {
  return (inline?.children ?? [])
    .map(({ type, content }) => (type === "html_inline" ? "" : type.endsWith("break") ? " " : content))
    .join("");
}

function anchorsIn({ kind, token, content }: Leaf): string[] {
  const html =
    kind === "html"
      ? [content]
      : kind === "text"
        ? (token.children ?? []).flatMap((part) => (part.type === "html_inline" ? [part.content] : []))
        : [];
  return html
    .flatMap(htmlTags)
    .flatMap(({ attributes }) =>
      attributes.flatMap(({ name, value }) => (name === "id" || name === "name" ? [value] : [])),
    );
}
