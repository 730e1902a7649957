import type { ActionView, PageView } from "../../common/page-view.js";
import { bringIntoSight } from "./bring-into-sight.js";
import { prepareTabs } from "./content-tabs.js";
import { prepareDrawings } from "./drawn/prepare-drawings.js";
import { fittingLevels } from "./heading-levels.js";
import { pairSections } from "../../common/section-pairs.js";

/** Keeps the button that copies a piece of code on the line of its end. */
const WORD_JOINER = "\u2060";
const HEADING = /^H[1-6]$/;

/**
 * Makes the author's HTML fit the page: puts the headings under the title, folds what stands between the marks of a
 * section and what tabs show in turn, lets wide tables and code scroll, opens links to elsewhere in a new tab and keeps links to headings on this page. Returns the folded elements by the step that begins them.
 */
export function prepareContent(
  root: HTMLElement,
  page: Pick<PageView, "title" | "actions">,
): Map<string, HTMLElement> {
  hideRepeatedTitle(root, page.title);
  fitHeadings(root);
  prepareText(root);
  return foldSections(root, page.actions);
}

/** What of that a text of an author needs wherever it stands. */
export function prepareText(root: HTMLElement): void {
  prepareTabs(root);
  prepareDrawings(root);
  for (const table of root.querySelectorAll("table")) wrapTable(table);
  for (const link of root.querySelectorAll<HTMLAnchorElement>("a[href]")) prepareLink(link, root);
  for (const code of root.querySelectorAll<HTMLElement>("pre")) wrapCode(code);
  for (const button of root.querySelectorAll("code + span[data-step]")) button.before(WORD_JOINER);
  for (const image of root.querySelectorAll("img")) prepareImage(image);
}

/** Many pages begin with their own title, which stands over the text already. */
function hideRepeatedTitle(root: HTMLElement, title: string): void {
  const first = root.firstElementChild;
  if (first && HEADING.test(first.tagName) && first.textContent.trim() === title.trim()) first.remove();
}

/** The page's title is the first level, so the author's highest becomes the second and the others follow without a gap. */
function fitHeadings(root: HTMLElement): void {
  const headings = [...root.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  const levels = fittingLevels(headings.map((heading) => Number(heading.tagName.slice(1))));
  for (const [at, heading] of headings.entries()) {
    const level = levels[at] ?? 2;
    if (heading.tagName === `H${level}`) continue;
    const fitting = document.createElement(`h${level}`);
    for (const { name, value } of heading.attributes) fitting.setAttribute(name, value);
    fitting.append(...heading.childNodes);
    heading.replaceWith(fitting);
  }
}

function wrapTable(table: Element): void {
  if (table.parentElement?.classList.contains("table-scroll")) return;
  const scroll = document.createElement("div");
  scroll.className = "table-scroll";
  scroll.tabIndex = 0;
  table.replaceWith(scroll);
  scroll.append(table);
  table.classList.add("table");
}

/** Where the button that copies a piece of code goes. */
export const CODE_COPY = "prose-code__copy";

function wrapCode(code: HTMLElement): void {
  code.tabIndex = 0;
  if (code.parentElement?.classList.contains("prose-code")) return;
  const [frame, corner] = [document.createElement("div"), document.createElement("span")];
  frame.className = "prose-code";
  corner.className = CODE_COPY;
  code.replaceWith(frame);
  frame.append(code, corner);
}

function prepareLink(link: HTMLAnchorElement, root: HTMLElement): void {
  const href = link.getAttribute("href") ?? "";
  if (href.startsWith("#")) {
    // `<base>` would send it to the catalogue.
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const name = CSS.escape(decodeURIComponent(href.slice(1)));
      bringIntoSight(root.querySelector(`[id="${name}"], a[name="${name}"]`));
    });
    return;
  }
  if (link.origin === location.origin) return;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
}

/** A picture its author said nothing about is called by the words of its file. */
function describeImage(image: HTMLImageElement): void {
  if (image.alt.trim() !== "") return;
  const file = image.src.startsWith("data:") ? "" : (image.src.split(/[?#]/)[0]?.split("/").at(-1) ?? "");
  const words = file.split(".")[0]?.split(/[-_]/).join(" ") ?? "";
  image.alt = words === "" ? "Picture" : `Picture: ${words}`;
}

/** A picture made for a wide screen opens at its full size: over the page, by a press like any link's. */
function prepareImage(image: HTMLImageElement): void {
  image.loading = "lazy";
  image.decoding = "async";
  describeImage(image);
  if (image.closest("a")) return;
  const link = document.createElement("a");
  link.className = "prose-picture";
  link.href = image.src;
  link.setAttribute("aria-label", `${image.alt}: enlarge`);
  image.replaceWith(link);
  link.append(image);
}

function foldSections(root: HTMLElement, actions: readonly ActionView[]): Map<string, HTMLElement> {
  const bodies = new Map<string, HTMLElement>();
  for (const { begin, end } of pairSections(actions).pairs) {
    const first = root.querySelector(`[data-step="${begin.step}"]`);
    const last = root.querySelector(`[data-step="${end.step}"]`);
    if (!first || !last || first.parentElement !== last.parentElement) continue;
    const body = document.createElement("div");
    body.className = "section-body";
    body.id = `section-${begin.step}`;
    while (first.nextSibling && first.nextSibling !== last) body.append(first.nextSibling);
    first.after(body);
    bodies.set(begin.step, body);
  }
  return bodies;
}
