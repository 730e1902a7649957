import type { Markdown, Token } from "./markdown-types.js";

/** Bounded, so that each address is looked at once. */
const ADDRESS = /(?:https?:\/\/|www\.)[^\s<>"`]{1,2000}/gi;
/** What may stand before an address; within a word it is a part of something else, such as of a setting. */
const BEFORE = /[\s*_~("'\u2018\u201C\u00AB]/;
const SENTENCE_MARKS = "?!.,:;*_~'\u2019\u201D\u00BB";
/** In a session these are machines of the session; in the learner's browser they would be the learner's own. */
const OWN_MACHINE = /^(?:localhost|127\.|0\.0\.0\.0|\[)/i;

/** Makes links of addresses that stand in the text as they are, as GitHub does: with their scheme, or from `www.` on, and to hosts that have a dot. */
export function addBareLinks(markdown: Markdown): void {
  // The parser's own rule takes time that grows with the square of a paragraph's links.
  markdown.core.ruler.after("inline", "bare_links", (state) => {
    for (const block of state.tokens)
      if (
        block.type === "inline" &&
        block.children &&
        (block.content.includes("://") || /www\./i.test(block.content))
      )
        block.children = withLinks(markdown, block.children);
  });
}

/** The parts of a paragraph with links for the addresses in its text, but for text that is part of a link. */
function withLinks(markdown: Markdown, parts: readonly Token[]): Token[] {
  let depth = 0;
  return parts.flatMap((part) => {
    if (part.type === "link_open" || isTag(part, "<a")) depth += 1;
    if (part.type === "link_close" || isTag(part, "</a")) depth = Math.max(0, depth - 1);
    return part.type === "text" && depth === 0 ? linkedText(markdown, part) : [part];
  });
}

function isTag({ type, content }: Token, opening: string): boolean {
  return type === "html_inline" && new RegExp(`^${opening}(?![a-z0-9-])`, "i").test(content);
}

function linkedText(markdown: Markdown, part: Token): Token[] {
  const parts: Token[] = [];
  let end = 0;
  for (const { address, at } of bareAddresses(part.content)) {
    const href = markdown.normalizeLink(/^www\./i.test(address) ? `http://${address}` : address);
    if (!markdown.validateLink(href)) continue;
    if (at > end) parts.push(textLike(part, part.content.slice(end, at)));
    parts.push(...link(part, href, address));
    end = at + address.length;
  }
  if (end === 0) return [part];
  return end < part.content.length ? [...parts, textLike(part, part.content.slice(end))] : parts;
}

function link(part: Token, href: string, address: string): Token[] {
  const open = tokenLike(part, "link_open", "a", 1);
  open.attrs = [["href", href]];
  const label = textLike(part, address);
  label.level += 1;
  return [open, label, tokenLike(part, "link_close", "a", -1)];
}

function textLike(part: Token, content: string): Token {
  return Object.assign(tokenLike(part, "text", "", 0), { content });
}

function tokenLike(part: Token, type: string, tag: string, nesting: -1 | 0 | 1): Token {
  const Kind = part.constructor as new (type: string, tag: string, nesting: number) => Token;
  return Object.assign(new Kind(type, tag, nesting), { level: part.level });
}

function bareAddresses(text: string): { address: string; at: number }[] {
  return [...text.matchAll(ADDRESS)].flatMap(({ 0: match, index }) => {
    if (index > 0 && !BEFORE.test(text[index - 1] ?? "")) return [];
    const address = withoutSentence(match);
    const isBare = /^www\./i.test(address);
    const host = (isBare ? address : address.slice(address.indexOf("://") + 3)).split(/[/?#]/, 1)[0] ?? "";
    return leadsSomewhere(isBare ? host.slice(4) : host) ? [{ address, at: index }] : [];
  });
}

/** The address without what ends the sentence around it; a bracket that it opens itself belongs to it. */
function withoutSentence(address: string): string {
  let end = address.length;
  let open = 0;
  for (const character of address) open += character === "(" ? 1 : character === ")" ? -1 : 0;
  for (; end > 0; end -= 1) {
    const last = address[end - 1] ?? "";
    if (last === ")" && open < 0) open += 1;
    else if (!SENTENCE_MARKS.includes(last)) break;
  }
  return address.slice(0, end);
}

/** Whether the host can be one of the web: a name with a dot in it, or one that a value of the session (U+E000) completes. */
function leadsSomewhere(host: string): boolean {
  return /[^.:][.\uE000]|^\uE000/.test(host) && !OWN_MACHINE.test(host);
}
