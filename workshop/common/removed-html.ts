import type { PageProblem } from "./page-problem.js";
import { COMMENT, commentsIn, type HtmlTag, htmlTags } from "./html-tags.js";
import { type Leaf, lineEnds, partsOf } from "./page-leaves.js";
import { isAllowedAttribute, isAllowedElement, isHtmlElement } from "./sanitise.js";

/** Finds what an author wrote and the sanitiser takes away. Lines count within the filled text; code is no HTML. */
export function removedHtml(leaves: readonly Leaf[]): PageProblem[] {
  return leaves.flatMap((leaf) => {
    if (leaf.kind === "html")
      return [...openComments(leaf.token.content, leaf.line), ...inHtml(leaf.content, leaf.line)];
    if (leaf.kind !== "text") return [];
    return partsOf(leaf).flatMap(({ part, line }) => {
      if (part.type === "html_inline") return inHtml(part.content, line);
      return part.type === "text" ? scriptLinks(part.content, line) : [];
    });
  });
}

/** Text such as `<your-name>` is a placeholder and no HTML: it is shown as it is written. */
export function showPlaceholders(leaves: readonly Leaf[]): void {
  for (const { part } of leaves.flatMap((leaf) => (leaf.kind === "text" ? partsOf(leaf) : []))) {
    if (part.type !== "html_inline") continue;
    const [tag] = htmlTags(part.content);
    if (tag && !isHtmlElement(tag.name)) part.type = "text";
  }
}

/** Comments whose end was forgotten: they take in what follows, up to the end of the next one or of the page. */
function openComments(html: string, line: number): PageProblem[] {
  return commentsIn(html).flatMap(({ at, end, isClosed }): PageProblem[] => {
    if (isClosed && !html.slice(at + COMMENT.length, end).includes(COMMENT)) return [];
    return [
      {
        severity: isClosed ? "warning" : "error",
        rule: "unclosed-comment",
        line: line + lineEnds(html, at),
        message: isClosed
          ? "The comment opened with <!-- is not closed before the next one, and hides what stands between them"
          : "The comment opened with <!-- is not closed, and hides what follows",
        fix: "Write --> behind what is not to be seen",
      },
    ];
  });
}

function inHtml(html: string, line: number): PageProblem[] {
  return htmlTags(html).flatMap((tag) => {
    const at = line + lineEnds(html, tag.at);
    if (tag.isClosing) return [];
    if (!isAllowedElement(tag.name))
      return isHtmlElement(tag.name)
        ? [removed(`The HTML element <${tag.name}>`, at)]
        : [placeholder(tag.name, at)];
    return removedAttributes(tag).map((what) => removed(what, at));
  });
}

function removedAttributes({ name, attributes }: HtmlTag): string[] {
  return attributes.flatMap((attribute) => {
    if (!isAllowedAttribute(name, attribute.name)) return [`The HTML attribute ${attribute.name}`];
    const scheme = /^\s*((?:java|vb)script):/i.exec(attribute.value)?.[1];
    return scheme === undefined ? [] : [`The address ${scheme.toLowerCase()}:...`];
  });
}

/** Markdown itself makes no link of such an address, and shows the brackets. */
function scriptLinks(text: string, line: number): PageProblem[] {
  const schemes = [...text.matchAll(/\]\([ \t]{0,8}<?((?:java|vb)script:)/gi)].map((found) => found[1] ?? "");
  return schemes.map((scheme) => removed(`The link to ${scheme}...`, line));
}

function removed(what: string, line: number): PageProblem {
  return {
    severity: "warning",
    rule: "removed-html",
    line,
    message: `${what} is not allowed on a page and has been removed`,
    fix: "Say it in Markdown, or use a block of Lectern",
  };
}

function placeholder(name: string, line: number): PageProblem {
  return {
    severity: "warning",
    rule: "removed-html",
    line,
    message: `<${name}> on a line of its own is read as HTML and has been removed`,
    fix: "Put it between back-ticks to show it as it is",
  };
}
