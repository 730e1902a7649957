import type { Token } from "./markdown.js";

/** Kinds of quotes that GitHub sets apart, by the words their first line holds; each is a class that pages may have. */
const ALERTS: ReadonlyMap<string, string> = new Map([
  ["[!NOTE]", "Note"],
  ["[!TIP]", "Tip"],
  ["[!IMPORTANT]", "Important"],
  ["[!WARNING]", "Warning"],
  ["[!CAUTION]", "Caution"],
]);

/** Makes boxes of quotes that begin with `[!NOTE]` and its like, and signs of the `[ ]` and `[x]` that begin items of a list. */
export function showGitHubBlocks(tokens: readonly Token[]): void {
  const open: { isBox: boolean }[] = [];
  tokens.forEach((token, at) => {
    if (token.type === "blockquote_open") {
      const title = alertTitle(tokens[at + 2]);
      open.push({ isBox: title !== undefined });
      if (title !== undefined)
        becomeHtml(token, `<div class="${title.toLowerCase()}">\n<p><strong>${title}</strong></p>\n`);
    } else if (token.type === "blockquote_close") {
      if (open.pop()?.isBox) becomeHtml(token, "</div>\n");
    } else if (token.type === "list_item_open") markTask(tokens[at + 2]);
  });
}

/** Takes the first line away that says what the quote is. */
function alertTitle(inline: Token | undefined): string | undefined {
  const [first, second] = inline?.children ?? [];
  const title = ALERTS.get(first?.content.trim() ?? "");
  if (!inline || title === undefined || first?.type !== "text") return undefined;
  if (second !== undefined && second.type !== "softbreak" && second.type !== "hardbreak") return undefined;
  first.content = "";
  return title;
}

const TASKS: readonly [RegExp, string][] = [
  [/^\[ \](?=\s)/, "\u2610"],
  [/^\[[xX]\](?=\s)/, "\u2611"],
];

function markTask(inline: Token | undefined): void {
  const first = inline?.type === "inline" ? inline.children?.[0] : undefined;
  if (first?.type !== "text") return;
  for (const [pattern, sign] of TASKS) first.content = first.content.replace(pattern, sign);
}

function becomeHtml(token: Token, html: string): void {
  token.type = "html_block";
  token.content = html;
}
