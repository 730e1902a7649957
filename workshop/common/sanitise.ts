import sanitizeHtml from "sanitize-html";
import type { PictureSize } from "./lab.js";

/** Where the relative addresses of a page lead. */
export interface PageAddresses {
  /** Address of a picture named by the page, with its size where that is known; `undefined` where there is none. */
  picture: (src: string) => ({ src: string } & Partial<PictureSize>) | undefined;
  /** Address of another page of the lab; `undefined` where there is none. */
  page: (href: string) => string | undefined;
  /** Where a browser is let into an application of the session; `undefined` for other web addresses. */
  application: (href: string) => string | undefined;
  /** Where a browser finds a place in the lab's slides; `undefined` for other addresses. */
  slides: (href: string) => string | undefined;
}

/** Keeps what text needs and nothing that runs, loads from elsewhere by itself, or styles the page around it. */
export function sanitisePage(html: string, addresses: PageAddresses): string {
  const transformTags = {
    a: (tagName: string, attributes: sanitizeHtml.Attributes) => linkTag(tagName, attributes, addresses),
    img: (_tag: string, attributes: sanitizeHtml.Attributes) => pictureTag(attributes, addresses),
    th: alignedCell,
    td: alignedCell,
  };
  return sanitizeHtml(html, { ...POLICY, transformTags });
}

/** 100 elements: deeper than any text is laid out, and as deep as a browser lays out quickly. */
const MAX_NESTING = 100;

const NOTES = ["info", "note", "warning", "danger", "tip", "caution", "important"];

const ELEMENTS =
  "h1 h2 h3 h4 h5 h6 p blockquote ul ol li dl dt dd pre code hr br em strong b i u s del ins sub sup small mark kbd samp var abbr q cite center a img figure figcaption details summary div span table thead tbody tfoot tr th td caption colgroup col".split(
    " ",
  );
/** Other elements of HTML: what a page names besides is a placeholder of its author. */
const OTHER_ELEMENTS =
  "address area article aside audio base basefont bdi bdo big body button canvas data datalist dialog dir embed fieldset font footer form frame frameset head header hgroup html iframe input label legend link main map marquee math menu meta meter nav noframes noscript object optgroup option output param picture progress rp rt ruby script search section select slot source strike style svg template textarea time title track tt video wbr".split(
    " ",
  );

const ATTRIBUTES: Record<string, string[]> = {
  ...Object.fromEntries(["h1", "h2", "h3", "h4", "h5", "h6"].map((heading) => [heading, ["id", "align"]])),
  a: ["href", "title", "target", "rel", "id", "name", "aria-label"],
  img: ["src", "alt", "title", "width", "height", "loading", "align", "id"],
  ol: ["start", "type"],
  li: ["id"],
  details: ["open", "id"],
  p: ["align", "id"],
  div: ["align", "id"],
  table: ["align", "id"],
  tr: ["align"],
  th: ["align", "colspan", "rowspan", "scope"],
  td: ["align", "colspan", "rowspan"],
  span: ["role", "aria-label", "id"],
  abbr: ["title"],
};

const allowedElements = new Set(ELEMENTS);
const htmlElements = new Set([...ELEMENTS, ...OTHER_ELEMENTS]);

/** Whether pages may contain the element. */
export function isAllowedElement(name: string): boolean {
  return allowedElements.has(name);
}

/** Whether HTML has an element of that name. */
export function isHtmlElement(name: string): boolean {
  return htmlElements.has(name);
}

/** Whether the element keeps the attribute; classes are kept where they mean something. */
export function isAllowedAttribute(element: string, attribute: string): boolean {
  const own = Object.hasOwn(ATTRIBUTES, element) ? ATTRIBUTES[element] : undefined;
  return attribute === "class" || (own?.includes(attribute) ?? false);
}

const POLICY: sanitizeHtml.IOptions = {
  allowedTags: ELEMENTS,
  allowedAttributes: ATTRIBUTES,
  allowedClasses: {
    div: [...NOTES, "footnotes", "tabs"],
    details: [...NOTES, "tab"],
    p: NOTES,
    span: [...NOTES, "missing-picture"],
    mark: ["unknown-variable"],
    code: ["language-*"],
    pre: [],
  },
  allowedSchemes: ["http", "https", "mailto"],
  allowedSchemesByTag: { img: ["http", "https", "data"] },
  allowProtocolRelative: false,
  enforceHtmlBoundary: false,
  nestingLimit: MAX_NESTING,
};

const ELSEWHERE_TAB = { target: "_blank", rel: "noopener noreferrer" };

function linkTag(
  tagName: string,
  attributes: sanitizeHtml.Attributes,
  addresses: PageAddresses,
): sanitizeHtml.Tag {
  const { href, ...others } = attributes;
  if (href === undefined || href.startsWith("#")) return { tagName, attribs: attributes };
  const slides = addresses.slides(href);
  if (slides !== undefined) return { tagName, attribs: { ...others, href: slides, ...ELSEWHERE_TAB } };
  if (/^https?:/i.test(href)) {
    const web = addresses.application(href) ?? href;
    return { tagName, attribs: { ...others, href: web, ...ELSEWHERE_TAB } };
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return { tagName, attribs: attributes };
  const found = addresses.page(href);
  return { tagName, attribs: found === undefined ? others : { ...others, href: found } };
}

/** Inline styles are forbidden on the page; the old attribute says the same. */
function alignedCell(tagName: string, attributes: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const align = /text-align:\s*(left|right|center)/.exec(attributes["style"] ?? "")?.[1];
  return { tagName, attribs: align === undefined ? attributes : { ...attributes, align } };
}

function pictureTag(attributes: sanitizeHtml.Attributes, addresses: PageAddresses): sanitizeHtml.Tag {
  const src = attributes["src"] ?? "";
  const found = isElsewhere(src) ? { src } : addresses.picture(src);
  if (found) {
    const size = sizeAttributes(attributes, found);
    return { tagName: "img", attribs: { ...attributes, ...size, src: found.src, loading: "lazy" } };
  }
  const words = attributes["alt"]
    ? `${attributes["alt"]} (picture ${src} is missing)`
    : `Picture ${src} is missing`;
  return {
    tagName: "span",
    attribs: { class: "missing-picture", role: "img", "aria-label": words },
    text: words,
  };
}

/** Both, so that a browser keeps the room free and nothing moves when the picture comes; what its author wrote holds. */
function sizeAttributes(
  attributes: sanitizeHtml.Attributes,
  { width, height }: Partial<PictureSize>,
): sanitizeHtml.Attributes {
  if (width === undefined || height === undefined || attributes["height"] !== undefined) return {};
  const wanted = attributes["width"] ?? String(width);
  if (!/^\d+$/.test(wanted)) return {};
  return { width: wanted, height: String(Math.round((Number(wanted) * height) / width)) };
}

/** Pictures of other sites and inline ones are not looked up. */
export function isElsewhere(src: string): boolean {
  return /^(?:https?:|data:image\/|\/\/)/i.test(src);
}
