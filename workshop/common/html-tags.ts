/** A tag as it stands in HTML. */
export interface HtmlTag {
  /** In small letters. */
  name: string;
  isClosing: boolean;
  attributes: { name: string; value: string }[];
  /** Where it begins. */
  at: number;
}

/** The tags of a piece of HTML, in order; nothing within comments. Linear: every character is looked at once. */
export function htmlTags(html: string): HtmlTag[] {
  const tags: HtmlTag[] = [];
  const text = withoutComments(html);
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) {
    OPENING.lastIndex = at;
    const opening = OPENING.exec(text);
    if (!opening) continue;
    const end = endOfTag(text, OPENING.lastIndex);
    const inside = text.slice(OPENING.lastIndex, end);
    const name = (opening[2] ?? "").toLowerCase();
    tags.push({ name, isClosing: opening[1] === "/", attributes: attributesIn(inside), at });
    at = end;
  }
  return tags;
}

/** What a comment begins with. */
export const COMMENT = "<!--";
const COMMENT_END = "-->";

/** The comments of a piece of HTML in order; one that is not closed ends with it. */
export function commentsIn(html: string): { at: number; end: number; isClosed: boolean }[] {
  const comments = [];
  let from = 0;
  for (let at = html.indexOf(COMMENT); at >= 0; at = html.indexOf(COMMENT, from)) {
    const close = html.indexOf(COMMENT_END, at + COMMENT.length);
    from = close < 0 ? html.length : close + COMMENT_END.length;
    comments.push({ at, end: from, isClosed: close >= 0 });
  }
  return comments;
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

/** By itself: where no name follows, it would be tried anew from each of its characters. */
const BETWEEN = /[\s/]+/y;
const ATTRIBUTE = /([^\s=>"'/<]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>"']*))?/y;

function attributesIn(inside: string): HtmlTag["attributes"] {
  const attributes: HtmlTag["attributes"] = [];
  for (let at = 0; at < inside.length;) {
    BETWEEN.lastIndex = at;
    if (BETWEEN.test(inside)) at = BETWEEN.lastIndex;
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(inside);
    at = found ? ATTRIBUTE.lastIndex : at + 1;
    if (!found) continue;
    const value = found[2] ?? "";
    const isQuoted = value.startsWith('"') || value.startsWith("'");
    attributes.push({ name: (found[1] ?? "").toLowerCase(), value: isQuoted ? value.slice(1, -1) : value });
  }
  return attributes;
}
