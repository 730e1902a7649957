import type { PageProblem } from "./page-problem.js";
import { COMMENT, commentsIn, type HtmlTag, htmlTags } from "./html-tags.js";
import { type Leaf, lineEndCounter, partsOf } from "./page-leaves.js";
import { isAllowedAttribute, isAllowedElement, isHtmlElement } from "./sanitise.js";

/** Finds what an author wrote and the sanitiser takes away. Lines count within the filled text; code is no HTML. */
export function removedHtml(leaves: readonly Leaf[]): PageProblem[] {
  return leaves.flatMap((leaf) => {
    if (leaf.kind === "html")
      return [...openComments(leaf.token.content, leaf.line), ...ofBlock(leaf.content, leaf.line)];
    if (leaf.kind !== "text") return [];
    return partsOf(leaf).flatMap(({ part, line }) => {
      if (part.type === "html_inline") return inHtml(part.content, line);
      return part.type === "text" ? scriptLinks(part.content, line) : [];
    });
  });
}

/**
 * Text such as `<your-name>` is a placeholder and no HTML: it is shown as it is written, and so is a bare `<title>` or `<table>` that nothing closes.
 * An element that takes all that follows for its text is shown where its end is forgotten, so that the rest of the page stays.
 */
export function showPlaceholders(leaves: readonly Leaf[]): void {
  const closings = lastClosings(leaves);
  for (const [place, leaf] of leaves.entries()) {
    if (leaf.kind === "html") leaf.token.content = withOpenShown(leaf.token.content);
    if (leaf.kind !== "text") continue;
    const tags = partsOf(leaf).flatMap(({ part }) => {
      const [tag] = part.type === "html_inline" ? htmlTags(part.content) : [];
      return tag ? [{ part, tag }] : [];
    });
    const open = openTags(tags.map(({ tag }, at) => ({ ...tag, at })));
    for (const [at, { part, tag }] of tags.entries()) {
      const closesBelow = isAllowedElement(tag.name) && (closings.get(tag.name) ?? -1) > place;
      if (isPlaceholder(tag, open.has(at) && !closesBelow)) part.type = "text";
    }
  }
}

/** The last piece of the page that closes each element: what is allowed may begin in one piece and end in another. */
function lastClosings(leaves: readonly Leaf[]): Map<string, number> {
  const closings = new Map<string, number>();
  for (const [place, leaf] of leaves.entries()) {
    for (const { name, isClosing } of htmlOf(leaf).flatMap(htmlTags))
      if (isClosing) closings.set(name, place);
  }
  return closings;
}

function htmlOf(leaf: Leaf): string[] {
  if (leaf.kind === "html") return [leaf.content];
  if (leaf.kind !== "text") return [];
  return partsOf(leaf).flatMap(({ part }) => (part.type === "html_inline" ? [part.content] : []));
}

function isPlaceholder({ name, attributes }: HtmlTag, isOpen: boolean): boolean {
  if (!isHtmlElement(name)) return true;
  if (!isOpen || NEEDS_NO_END.has(name)) return false;
  return attributes.length === 0 || TAKES_IN.has(name);
}

/** Elements that are empty, or that end where the next one begins. */
const NEEDS_NO_END = new Set("br hr wbr col p li dt dd thead tbody tfoot tr th td colgroup".split(" "));

/** Elements that end with the one they stand in, where nothing closes them before. */
const ENDS_WITHIN: ReadonlyMap<string, readonly string[]> = new Map([
  ["option", ["select", "datalist", "optgroup"]],
  ["optgroup", ["select"]],
  ["rt", ["ruby"]],
  ["rp", ["ruby"]],
]);

/** What stands behind their tag is text for them, whatever it is, up to the tag that closes them. */
const TAKES_IN = new Set(["script", "style", "textarea", "title", "option", "xmp"]);

function withOpenShown(html: string): string {
  let shown = "";
  let from = 0;
  for (const { at } of forgottenEnds(html)) {
    shown += `${html.slice(from, at)}&lt;`;
    from = at + 1;
  }
  return shown + html.slice(from);
}

function forgottenEnds(html: string): HtmlTag[] {
  const tags = htmlTags(html);
  const open = openTags(tags);
  return tags.filter(({ name, at }) => TAKES_IN.has(name) && open.has(at));
}

/** Where the tags stand that no tag behind them closes: none of their name, nor of an element around them with which they end. */
function openTags(tags: readonly HtmlTag[]): Set<number> {
  const closed = new Map(tags.filter(({ isClosing }) => isClosing).map(({ name, at }) => [name, at]));
  const around = new Map<string, number>();
  const open = new Set<number>();
  for (const { name, isClosing, at } of tags) {
    around.set(name, Math.max(0, (around.get(name) ?? 0) + (isClosing ? -1 : 1)));
    const isClosedBehind = (one: string): boolean => at < (closed.get(one) ?? -1);
    const endsWith = (ENDS_WITHIN.get(name) ?? []).filter((outer) => (around.get(outer) ?? 0) > 0);
    if (!isClosing && ![name, ...endsWith].some(isClosedBehind)) open.add(at);
  }
  return open;
}

/** Comments whose end was forgotten: they take in what follows, up to the end of the next one or of the page. */
function openComments(html: string, line: number): PageProblem[] {
  const lineEnds = lineEndCounter(html);
  return commentsIn(html).flatMap(({ at, end, isClosed }): PageProblem[] => {
    if (isClosed && !html.slice(at + COMMENT.length, end).includes(COMMENT)) return [];
    return [
      {
        severity: isClosed ? "warning" : "error",
        rule: "unclosed-comment",
        line: line + lineEnds(at),
        message: isClosed
          ? "The comment opened with <!-- is not closed before the next one, and hides what stands between them"
          : "The comment opened with <!-- is not closed, and hides what follows",
        fix: "Write --> behind what is not to be seen",
      },
    ];
  });
}

/** A tag within a sentence is a part of its own; one whose end is forgotten is text by then. */
function ofBlock(html: string, line: number): PageProblem[] {
  const forgotten = forgottenEnds(html);
  const lineEnds = lineEndCounter(html);
  return [
    ...forgotten.map(({ name, at }) => notClosed(name, line + lineEnds(at))),
    ...inHtml(html, line, new Set(forgotten.map(({ at }) => at))),
  ];
}

function inHtml(html: string, line: number, isTold: ReadonlySet<number> = new Set()): PageProblem[] {
  const lineEnds = lineEndCounter(html);
  return htmlTags(html).flatMap((tag) => {
    const at = line + lineEnds(tag.at);
    if (tag.isClosing || isTold.has(tag.at)) return [];
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

function notClosed(name: string, line: number): PageProblem {
  return {
    severity: "error",
    rule: "removed-html",
    line,
    message: `The HTML element <${name}> is not closed and would take in what follows; it is shown as it is written`,
    fix: "Put it between back-ticks where it is a placeholder, or close it",
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
