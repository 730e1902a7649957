/** 100 kB: what a page, a policy, an event or a command's output may well have, made of what costs most to read. */
const SIZE = 100_000;

/** A quarter of it, where a parser takes long for each character: what takes time with the square of them is as plain in a quarter. */
const QUARTER = SIZE / 4;

/** The piece again and again, up to 100 kB. */
export function filled(piece: string, size = SIZE): string {
  return piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
}

export function quarter(piece: string): string {
  return filled(piece, QUARTER);
}

/** Many openings, and as many endings. */
function nested(open: string, close: string, size = SIZE): string {
  const depth = Math.floor(size / (open.length + close.length));
  return `${open.repeat(depth)}x${close.repeat(depth)}`;
}

const FENCE = "```";

/** Text that is easy to read wrongly in quadratic time, for every reader. */
export const GENERAL: Record<string, string> = {
  "blanks before a letter": `${filled(" ")}x`,
  "line ends": filled("\n"),
  "letters and a mark": `${filled("a")}!`,
  stars: `${filled("*")}a`,
  quotes: filled('"'),
  "single quotes": filled("'"),
  backslashes: filled("\\"),
  equals: filled("a=/"),
  digits: `${filled("1.")}x`,
  "many @ before a line end": `${filled("@")}\n`,
};

/** What Markdown, HTML, templates and YAML in a page can be made of. */
export const PAGES: Record<string, string> = {
  ...GENERAL,
  "a heading of hashes": filled("# ####"),
  "one heading of hashes": `# ${filled("#")}x`,
  "a heading of blanks": `# ${filled(" ")}x`,
  "nested quotes": filled(">"),
  "quotes and lists": filled("> - "),
  "nested lists": filled("- "),
  "lists ever deeper": Array.from({ length: 440 }, (_, depth) => `${" ".repeat(depth)}- x`).join("\n"),
  "opening brackets": filled("["),
  "links that never end": filled("[a]("),
  "nested links": nested("[", "](x)"),
  "pictures that never end": filled("![a]("),
  "link definitions": filled("[a]: b\n"),
  emphasis: filled("*a **b _c_ "),
  "emphasis that never ends": filled("*a_"),
  "back-ticks of every length": Array.from({ length: 440 }, (_, length) => "`".repeat(length)).join("x"),
  "back-ticks": filled("`a``"),
  tables: `| a | b |\n|---|---|\n${filled("| x | y |\n")}`,
  "a table of many columns": `${filled("|a")}\n${filled("|-")}\n`,
  "HTML that never ends": filled("<a "),
  "HTML of blanks": `<div${filled(" ")}>`,
  "HTML with quotes": filled('<a b="'),
  "nested HTML": nested("<div>", "</div>"),
  "bold HTML that never ends": filled("<b>"),
  comments: filled("<!--"),
  "comments that end": filled("<!---->"),
  entities: filled("&#x41;&"),
  "angle brackets": filled("<"),
  "openings of expressions": filled("{{"),
  "openings of expressions and one end": `${filled("{{ a ")}}}`,
  expressions: filled("{{ session_name }}"),
  "unknown names": filled("{{ nope }} "),
  filters: `{{ session_name ${filled("| upcase ")}}}`,
  "openings of tags": filled("{%"),
  "nested tags": nested("{% if a %}", "{% endif %}"),
  "tags that never end": filled("{% for i in (1..9) %}"),
  loops: "{% for i in (1..99999) %}{% for j in (1..99999) %}x{% endfor %}{% endfor %}",
  "a growing text": `{% assign a = 'xxxxxxxxxxxxxxxx' %}${"{% assign a = a | append: a %}".repeat(40)}{{ a }}`,
  "per cents": filled("%a"),
  "older forms": filled("<< a "),
  "links to pages": filled("[a](b.md#c) "),
  fences: filled(`${FENCE}execute\nls\n${FENCE}\n`),
  "fences that never end": filled(`${FENCE}execute\n`),
  "fences of every length": Array.from(
    { length: 440 },
    (_, length) => `${"`".repeat(length + 3)}execute`,
  ).join("\n"),
  "a block of back-ticks": `${FENCE}execute\n${filled("`{{ odd }}`")}\n${FENCE}\n`,
  "a block of values": `${FENCE}execute\n${filled("{{ odd }} ")}\n${FENCE}\n`,
  "a block of quotes": `${FENCE}execute\n${filled("'\"$(")}{{ odd }}\n${FENCE}\n`,
  "a block of here-documents": `${FENCE}execute\n${filled("cat <<A\n")}{{ odd }}\n${FENCE}\n`,
  "a block of latest images": `${FENCE}execute\n${filled("image:")}\n${FENCE}\n`,
  "words behind an action": `${FENCE}execute ${filled('until="a=/')}\nls\n${FENCE}\n`,
  "a pattern": `${FENCE}execute match=/${filled("(a*)*").replaceAll("/", "")}/\nls\n${FENCE}\n`,
  "copy buttons": filled("`a`{{copy}}"),
  "sections that never end": filled(`${FENCE}section:begin\nname: a\n${FENCE}\n`),
  ...Object.fromEntries(
    Object.entries(yamlTexts()).map(([name, text]) => [
      `YAML: ${name}`,
      `${FENCE}terminal:execute\n${text}\n${FENCE}\n`,
    ]),
  ),
};

/** What a lab's YAML can be made of. */
export function yamlTexts(size = QUARTER): Record<string, string> {
  return {
    "flow lists": filled("[", size),
    "flow lists that end": nested("[", "]", size),
    "flow maps": filled("{", size),
    "flow maps that end": nested("{a: ", "}", size),
    "block lists": filled("- ", size),
    "complex keys": filled("? ", size),
    "ever deeper maps": Array.from({ length: 440 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    aliases: `a: &a x\n${filled("b: *a\n", size)}`,
    "an alias bomb": Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`).join(
      "\n",
    ),
    anchors: Array.from({ length: Math.floor(size / 12) }, (_, at) => `- &a${at} x`).join("\n"),
    "merge keys": `a: &a {x: 1}\nb:\n${filled("  <<: *a\n", size)}`,
    "many keys": Array.from({ length: Math.floor(size / 11) }, (_, at) => `k${at}: v`).join("\n"),
    "one key again and again": filled("k: v\n", size),
    tags: filled("!a ", size),
    comments: filled("#\n", size),
    "line ends": filled("\n", size),
    colons: filled("a:", size),
    documents: filled("---\n", size),
    "a quoted scalar": `a: "${filled("x\\n ", size)}"`,
    "a folded scalar": `a: >\n${filled("  x\n\n", size)}`,
  };
}

/** What a refusal, an event or a command's output can be made of. */
export const REFUSALS: Record<string, string> = {
  ...GENERAL,
  "openings of a refusal": filled("container <a> <b> ("),
  "policies without end": filled("[a] container <b> image <c>"),
  "a policy of brackets": filled("[a] container <"),
  "a policy of parentheses": `[a] container <b> image <c>${filled("> (")}`,
  brackets: filled("["),
  "names without end": `[${filled("a-")}`,
};

export const CONDITIONS: Record<string, string> = {
  ...GENERAL,
  "slashes that never end": `event ${filled("message=/")}`,
  "a pattern of stars": `event message=/${filled("(a*)*b")}/`,
  "a long selector": `pod -l ${filled("a=b,")}`,
  "many words": `pod ${filled("reason=a ")}`,
};

export const SELECTORS: Record<string, string> = {
  ...GENERAL,
  requirements: filled("a=b,"),
  exclamations: filled("!"),
  "an operator again and again": filled("a!="),
  sets: `a in (${filled("b,")})`,
  "sets that never end": filled("a in ("),
};

export const IMAGES: Record<string, string> = {
  ...GENERAL,
  labels: filled("a."),
  "labels and hyphens": `${filled("a-")}!`,
  "path parts": filled("a/"),
  "underlined parts": `${filled("a__")}!`,
  ports: filled(":1"),
  digests: filled("@sha256:"),
};

/** Patterns of policies, with a value each that almost fits. */
export const GLOBS: Record<string, { pattern: string; value: string }> = {
  "few stars": { pattern: "*a*a*a*a*a*a*a*a*b", value: filled("a") },
  "many stars": { pattern: "*a".repeat(127), value: filled("a") },
  "long parts": { pattern: `*${"a".repeat(120)}*${"a".repeat(120)}b*`, value: filled("a") },
};
