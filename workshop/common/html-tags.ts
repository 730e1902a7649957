/** A tag as it stands in HTML. */
export interface HtmlTag {
  /** In small letters. */
  name: string;
  isClosing: boolean;
  attributes: { name: string; value: string }[];
  /** Where it begins. */
  at: number;
  /** Where it is over, behind its `>`. */
  end: number;
}

/** The tags of a piece of HTML, in order; nothing within comments, nor in what is text up to its closing tag, as scripts are. Linear: every character is looked at once. */
export function htmlTags(html: string): HtmlTag[] {
  const tags: HtmlTag[] = [];
  const text = withoutComments(html);
  const rawTextEnd = rawTextEnds(text);
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) {
    const tag = tagAt(text, at);
    if (!tag) continue;
    tags.push(tag);
    const next = tag.isClosing ? undefined : rawTextEnd(tag.name, tag.end);
    at = (next ?? tag.end) - 1;
  }
  return tags;
}

/** The tag that begins at that place of a piece of HTML, if one does. */
export function tagAt(html: string, at: number): HtmlTag | undefined {
  OPENING.lastIndex = at;
  const opening = OPENING.exec(html);
  if (!opening) return undefined;
  const from = OPENING.lastIndex;
  const end = endOfTag(html, from);
  return {
    name: (opening[2] ?? "").toLowerCase(),
    isClosing: opening[1] === "/",
    attributes: attributesIn(html.slice(from, end)),
    at,
    end: Math.min(end + 1, html.length),
  };
}

/** What a comment begins with. */
export const COMMENT = "<!--";
/** What one ends with. */
export const COMMENT_END = "-->";

/**
 * The comments of a piece of HTML in order; one that is not closed ends with it. What looks like one in an attribute of a tag is none.
 * Linear: once a tag is not closed, tags are passed over no longer.
 */
export function commentsIn(html: string): { at: number; end: number; isClosed: boolean }[] {
  const comments = [];
  const rawTextEnd = rawTextEnds(html);
  const beginning = /<!--|<(\/?)([A-Za-z][A-Za-z0-9:-]{0,63})(?![A-Za-z0-9:-])/g;
  let isTagOpen = false;
  for (let found = beginning.exec(html); found; found = beginning.exec(html)) {
    const [, slash, name] = found;
    const from = beginning.lastIndex;
    if (name !== undefined) {
      const end: number = isTagOpen ? html.length : endOfTag(html, from);
      isTagOpen ||= end === html.length;
      const behind = isTagOpen ? from : end;
      const isText = slash === "" && RAW_TEXT.has(name.toLowerCase());
      beginning.lastIndex = (isText ? rawTextEnd(name.toLowerCase(), behind) : undefined) ?? behind;
      continue;
    }
    const close = html.indexOf(COMMENT_END, from);
    const end = close < 0 ? html.length : close + COMMENT_END.length;
    comments.push({ at: found.index, end, isClosed: close >= 0 });
    beginning.lastIndex = end;
  }
  return comments;
}

/** Elements whose content is text. */
const RAW_TEXT = new Set(["script", "style", "textarea", "title", "xmp"]);
const RAW_TEXT_END = /<\/(script|style|textarea|title|xmp)(?![A-Za-z0-9:-])/gi;

/**
 * Tells where the tag stands that closes an element whose content is text, tags and comments in it included; absent for other elements,
 * and where nothing closes it. Asked for in order: then every closing tag is looked at once.
 */
function rawTextEnds(html: string): (name: string, from: number) => number | undefined {
  const ends = new Map<string, number[]>();
  for (const { index, 1: name = "" } of [...html.matchAll(RAW_TEXT_END)].toReversed()) {
    const those = ends.get(name.toLowerCase()) ?? [];
    those.push(index);
    ends.set(name.toLowerCase(), those);
  }
  return (name, from) => {
    const left = ends.get(name) ?? [];
    while ((left.at(-1) ?? from) < from) left.pop();
    return left.at(-1);
  };
}

/** The text with every comment blanked out, line by line as it was. */
export function withoutComments(html: string): string {
  let clean = "";
  let from = 0;
  for (const { at, end } of commentsIn(html)) {
    clean += html.slice(from, at) + html.slice(at, end).replaceAll(/[^\n]/g, " ");
    from = end;
  }
  return clean + html.slice(from);
}

const OPENING = /<(\/?)([A-Za-z][A-Za-z0-9:-]{0,63})(?![A-Za-z0-9:-])/y;

/** Where the tag is over: its `>` outside of quotes, or the end. */
function endOfTag(html: string, from: number): number {
  let quote: string | undefined;
  for (let at = from; at < html.length; at++) {
    const character = html[at];
    if (quote) quote = character === quote ? undefined : quote;
    else if (character === ">") return at;
    else if ((character === '"' || character === "'") && /[=\s]/.test(html[at - 1] ?? "")) quote = character;
  }
  return html.length;
}

/** What stands before an attribute, or in place of one. */
const NO_ATTRIBUTE = /[\s/=>"'<]*/y;
const ATTRIBUTE = /([^\s=>"'/<]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"']*))?/y;

function attributesIn(inside: string): HtmlTag["attributes"] {
  const attributes: HtmlTag["attributes"] = [];
  for (let at = 0; at < inside.length; at = ATTRIBUTE.lastIndex) {
    NO_ATTRIBUTE.lastIndex = at;
    NO_ATTRIBUTE.exec(inside);
    ATTRIBUTE.lastIndex = NO_ATTRIBUTE.lastIndex;
    const found = ATTRIBUTE.exec(inside);
    if (!found) break;
    const value = found[2] ?? "";
    const isQuoted = value.startsWith('"') || value.startsWith("'");
    attributes.push({ name: (found[1] ?? "").toLowerCase(), value: isQuoted ? value.slice(1, -1) : value });
  }
  return attributes;
}
