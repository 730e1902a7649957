/** Punctuation that Markdown could read. */
const MARKS = /[\\`*_[\]<>#+\-.!|~:$^]/g;

/** Running HTML as Markdown of the same look: tags pass as they are, code stands between back-ticks, text means what it says. */
export function asMarkdown(html: string): string {
  const pieces: string[] = [];
  let at = 0;
  let code: number | undefined;
  for (const tag of tagsIn(html)) {
    const before = html.slice(at, tag.at);
    if (tag.name === "code") {
      if (code === undefined && !tag.isEnd) {
        pieces.push(escaped(before));
        code = tag.end;
      } else if (code !== undefined && tag.isEnd) {
        pieces.push(codeSpan(html.slice(code, tag.at)));
        code = undefined;
      }
      at = tag.end;
    } else if (code === undefined) {
      pieces.push(escaped(before), html.slice(tag.at, tag.end));
      at = tag.end;
    }
  }
  return [...pieces, escaped(html.slice(code ?? at))].join("").replaceAll("\n", " ");
}

function tagsIn(html: string): { name: string; isEnd: boolean; at: number; end: number }[] {
  return [...html.matchAll(/<(\/?)([a-z][a-z0-9]{0,20})(?:\s[^<>]{0,2000})?>/gi)].map((found) => ({
    name: (found[2] ?? "").toLowerCase(),
    isEnd: found[1] === "/",
    at: found.index,
    end: found.index + found[0].length,
  }));
}

/** Values of templates, and characters by their number, stay as they are written. */
function escaped(text: string): string {
  return text
    .split(/(\{\{[^{}\n]{0,2000}\}\}|&#\d{1,7};)/)
    .map((part, at) => (at % 2 === 1 ? part : part.replaceAll(MARKS, String.raw`\$&`)))
    .join("");
}

const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"' };
const LAST_CHARACTER = 0x10ffff;

/** What running HTML of Asciidoctor says, without its tags. */
export function plainText(html: string): string {
  return html
    .replaceAll(/<[^<>]{0,2000}>/g, "")
    .replaceAll(/&(?:#(\d{1,7})|(lt|gt|amp|quot));/g, (written, number?: string, name = "") => {
      if (number === undefined) return NAMED[name] ?? written;
      return Number(number) > LAST_CHARACTER ? written : String.fromCodePoint(Number(number));
    });
}

function codeSpan(html: string): string {
  const text = plainText(html);
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([marks]) => marks.length));
  const marks = "`".repeat(longest + 1);
  return text.startsWith("`") || text.endsWith("`") ? `${marks} ${text} ${marks}` : `${marks}${text}${marks}`;
}
