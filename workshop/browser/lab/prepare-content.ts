import type { ActionView } from "../../common/api.js";
import { pairSections } from "./section-pairs.js";

/**
 * Makes the author's HTML fit the page: folds what stands between the marks of a section, lets wide tables scroll, opens
 * links to elsewhere in a new tab and keeps links to headings on this page. Returns the folded elements by the step that begins them.
 */
export function prepareContent(root: HTMLElement, actions: readonly ActionView[]): Map<number, HTMLElement> {
  for (const table of root.querySelectorAll("table")) wrapTable(table);
  for (const link of root.querySelectorAll<HTMLAnchorElement>("a[href]")) prepareLink(link, root);
  for (const image of root.querySelectorAll("img")) prepareImage(image);
  return foldSections(root, actions);
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

function prepareLink(link: HTMLAnchorElement, root: HTMLElement): void {
  const href = link.getAttribute("href") ?? "";
  if (href.startsWith("#")) {
    // `<base>` would send it to the catalogue.
    link.addEventListener("click", (event) => {
      event.preventDefault();
      root.querySelector(`[id="${CSS.escape(decodeURIComponent(href.slice(1)))}"]`)?.scrollIntoView();
    });
    return;
  }
  if (link.origin === location.origin) return;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
}

/** A picture made for a wide screen opens at its full size. */
function prepareImage(image: HTMLImageElement): void {
  image.loading = "lazy";
  image.decoding = "async";
  if (image.closest("a")) return;
  const link = document.createElement("a");
  link.className = "prose-picture";
  link.href = image.src;
  link.target = "_blank";
  link.rel = "noopener";
  link.setAttribute("aria-label", `${image.alt || "Picture"}: open in full size`);
  image.replaceWith(link);
  link.append(image);
}

function foldSections(root: HTMLElement, actions: readonly ActionView[]): Map<number, HTMLElement> {
  const bodies = new Map<number, HTMLElement>();
  for (const { begin, end } of pairSections(actions)) {
    const first = root.querySelector(`[data-step="${begin}"]`);
    const last = root.querySelector(`[data-step="${end}"]`);
    if (!first || !last || first.parentElement !== last.parentElement) continue;
    const body = document.createElement("div");
    body.className = "section-body";
    body.id = `section-${begin}`;
    while (first.nextSibling && first.nextSibling !== last) body.append(first.nextSibling);
    first.after(body);
    bodies.set(begin, body);
  }
  return bodies;
}
