import sanitizeHtml from "sanitize-html";

export interface PictureLookup {
  /** Address of a picture named by the page; `undefined` where there is none. */
  (src: string): string | undefined;
}

/** Keeps what text needs and nothing that runs, loads from elsewhere by itself, or styles the page around it. */
export function sanitisePage(html: string, picture: PictureLookup): string {
  return sanitizeHtml(html, {
    ...POLICY,
    transformTags: { a: outsideLink, img: (_tag, attributes) => pictureTag(attributes, picture) },
  });
}

const NOTES = ["info", "note", "warning", "danger", "tip", "caution", "important"];

const POLICY: sanitizeHtml.IOptions = {
  allowedTags: [
    ..."h1 h2 h3 h4 h5 h6 p blockquote ul ol li dl dt dd pre code hr br em strong b i u s del ins sub sup small mark kbd samp var abbr q cite".split(
      " ",
    ),
    ..."a img figure figcaption details summary div span table thead tbody tfoot tr th td caption colgroup col".split(
      " ",
    ),
  ],
  allowedAttributes: {
    a: ["href", "title", "target", "rel"],
    img: ["src", "alt", "title", "width", "height", "loading"],
    code: ["class"],
    ol: ["start", "type"],
    details: ["open"],
    th: ["align", "colspan", "rowspan", "scope", "style"],
    td: ["align", "colspan", "rowspan", "style"],
    span: ["role", "aria-label"],
    abbr: ["title"],
  },
  allowedClasses: {
    div: NOTES,
    p: NOTES,
    span: [...NOTES, "missing-picture"],
    mark: ["unknown-variable"],
    code: ["language-*"],
    pre: [],
  },
  allowedStyles: { "*": { "text-align": [/^(?:left|right|center)$/] } },
  allowedSchemes: ["http", "https", "mailto"],
  allowedSchemesByTag: { img: ["http", "https", "data"] },
  allowProtocolRelative: false,
  enforceHtmlBoundary: false,
};

function outsideLink(tagName: string, attributes: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const isOutside = /^https?:/i.test(attributes["href"] ?? "");
  return {
    tagName,
    attribs: isOutside ? { ...attributes, target: "_blank", rel: "noopener noreferrer" } : attributes,
  };
}

function pictureTag(attributes: sanitizeHtml.Attributes, picture: PictureLookup): sanitizeHtml.Tag {
  const src = attributes["src"] ?? "";
  const found = isElsewhere(src) ? src : picture(src);
  if (found) return { tagName: "img", attribs: { ...attributes, src: found, loading: "lazy" } };
  const words = attributes["alt"]
    ? `${attributes["alt"]} (picture ${src} is missing)`
    : `Picture ${src} is missing`;
  return {
    tagName: "span",
    attribs: { class: "missing-picture", role: "img", "aria-label": words },
    text: words,
  };
}

/** Pictures of other sites and inline ones are not looked up. */
export function isElsewhere(src: string): boolean {
  return /^(?:https?:|data:image\/|\/\/)/i.test(src);
}
