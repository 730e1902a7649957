import type { PageProblem } from "./compile-page.js";
import type { Token } from "./markdown.js";

const REMOVED: readonly { what: string; pattern: RegExp }[] = [
  {
    what: "The HTML element <$1>",
    pattern:
      /<(script|iframe|style|object|embed|form|input|button|select|textarea|video|audio|svg|link|meta|base)\b/gi,
  },
  { what: "The HTML attribute $1", pattern: /<[a-z][^>]*?\s(on[a-z]+)\s*=/gi },
  { what: "The address $1...", pattern: /(?:href|src)\s*=\s*["']?\s*((?:java|vb)script:)/gi },
];
/** Markdown itself makes no link of such an address, and shows the brackets. */
const SCRIPT_LINK = /\]\(\s*<?((?:java|vb)script:)/gi;

/** Finds what an author wrote and the sanitiser takes away. Lines count within the text; code is no HTML. */
export function removedHtml(tokens: readonly Token[]): PageProblem[] {
  return tokens.flatMap((token) => {
    const line = (token.map?.[0] ?? 0) + 1;
    if (token.type === "html_block" && token.markup === "") return inHtml(token.content, line);
    return (token.children ?? []).flatMap((child) => {
      if (child.type === "html_inline") return inHtml(child.content, line);
      if (child.type !== "text") return [];
      return [...child.content.matchAll(SCRIPT_LINK)].map(([, scheme = ""]) =>
        removed(`The link to ${scheme}...`, line),
      );
    });
  });
}

function inHtml(html: string, line: number): PageProblem[] {
  return REMOVED.flatMap(({ what, pattern }) =>
    [...html.matchAll(pattern)].map((found) => {
      const above = html.slice(0, found.index).split("\n").length - 1;
      return removed(what.replace("$1", (found[1] ?? "").toLowerCase()), line + above);
    }),
  );
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
