import type { PageProblem } from "./page-problem.js";
import type { Fillings } from "./filled-text.js";
import { htmlTags } from "./html-tags.js";
import { addressAsWritten, addressInWords } from "./page-address.js";
import { type Leaf, lineEndCounter, partsOf } from "./page-leaves.js";
import { type PageAddresses, isElsewhere } from "./sanitise.js";

/** A link or a picture of a page. */
export interface PageLink {
  kind: "link" | "picture";
  /** As it stands in the HTML of the page. */
  address: string;
  line: number;
  /** Of a picture that says nothing to whoever does not see it. */
  isWordless?: true;
  /** Of an address that names something without a value, which is told as that. */
  isUnfilled?: true;
}

/** Every link and picture of a page, in Markdown and in HTML; lines count within the filled text. */
export function linksIn(leaves: readonly Leaf[], fillings: Fillings): PageLink[] {
  return writtenLinks(leaves, fillings).map((link) =>
    fillings.isUnfilled(addressAsWritten(link.address)) ? { ...link, isUnfilled: true } : link,
  );
}

function writtenLinks(leaves: readonly Leaf[], fillings: Fillings): PageLink[] {
  return leaves.flatMap((leaf) => {
    if (leaf.kind === "html") return linksInHtml(fillings.plain(leaf.content), leaf.line);
    if (leaf.kind !== "text") return [];
    return partsOf(leaf).flatMap(({ part, line }): PageLink[] => {
      if (part.type === "html_inline") return linksInHtml(fillings.plain(part.content), line);
      if (part.type === "link_open")
        return [{ kind: "link", address: String(part.attrGet("href") ?? ""), line }];
      return part.type === "image" ? [pictureOf(part, line)] : [];
    });
  });
}

function pictureOf(part: Leaf["token"], line: number): PageLink {
  const link = { kind: "picture", address: String(part.attrGet("src") ?? ""), line } as const;
  return part.content.trim() === "" ? { ...link, isWordless: true } : link;
}

function linksInHtml(html: string, line: number): PageLink[] {
  const lineEnds = lineEndCounter(html);
  return htmlTags(html).flatMap(({ name, attributes, at }): PageLink[] => {
    const wanted = { a: "href", img: "src" }[name];
    const address = attributes.find((attribute) => attribute.name === wanted)?.value;
    if (name !== "a" && name !== "img") return [];
    if (address === undefined) return [];
    const link = { address, line: line + lineEnds(at) };
    if (name === "a") return [{ kind: "link", ...link }];
    // `alt=""` says that the picture is for the eye only.
    const isWordless = !attributes.some((attribute) => attribute.name === "alt");
    return [{ kind: "picture", ...link, ...(isWordless && { isWordless }) }];
  });
}

/** Links that lead to no page of the lab or to no place of this page, and pictures that the browser will not load. */
export function linkProblems(
  links: readonly PageLink[],
  anchors: ReadonlySet<string>,
  addresses: PageAddresses,
): PageProblem[] {
  return links.flatMap((link): PageProblem[] => {
    if (link.kind === "picture")
      return [...wordlessPicture(link), ...(isElsewhere(link.address) ? blockedPicture(link) : [])];
    if (link.isUnfilled) return [];
    if (link.address.startsWith("#"))
      return isThere(link.address.slice(1), anchors) ? [] : [lost(link, "no heading of the page")];
    if (/^file:/i.test(link.address)) return [lost(link, "a file on the machine of its author")];
    if (link.address === "" || hasScheme(link.address)) return [];
    if (addresses.slides(link.address) !== undefined) return [];
    return addresses.page(link.address) === undefined ? [lost(link, "no page of the lab")] : [];
  });
}

/** Whether the fragment of an address names one of the places; an empty one is the top of the page. */
export function isThere(fragment: string, anchors: ReadonlySet<string>): boolean {
  return fragment === "" || anchors.has(fragment) || anchors.has(decoded(fragment));
}

/** A whole address, such as `https:` or `mailto:`, or one without its scheme. */
export function hasScheme(address: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]{0,30}:|\/\/)/i.test(address);
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

function lost({ address, line }: PageLink, where: string): PageProblem {
  return {
    severity: "error",
    rule: "missing-page",
    line,
    message: `The link ${addressInWords(address)} leads to ${where}`,
    fix: "Correct it, or link to a whole address",
  };
}

function wordlessPicture({ address, line, isWordless }: PageLink): PageProblem[] {
  if (!isWordless) return [];
  const shown = /^data:/i.test(address) ? "of the page itself" : addressInWords(address);
  return [
    {
      severity: "warning",
      rule: "picture-text",
      line,
      message: `The picture ${shown} has no text for whoever does not see it`,
      fix: 'Say between the brackets what it shows: ![The console with two policies](console.png); in HTML, alt="" says that it shows nothing of its own',
    },
  ];
}

function blockedPicture({ address, line }: PageLink): PageProblem[] {
  if (/^data:image\//i.test(address)) return [];
  return [
    {
      severity: "warning",
      rule: "external-picture",
      line,
      message: `The picture ${address} is not part of the lab, and browsers are told not to load what others serve`,
      fix: "Put the picture into the lab, beside the page or in images/, or let lectern lint --fix do that",
    },
  ];
}
