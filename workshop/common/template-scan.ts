/** A stretch of a page's source, as its templates see it. */
export type Segment =
  | { kind: "text"; at: number; written: string }
  /** `{{ head | filters }}` whose head is a name or, with filters behind it, a literal. */
  | { kind: "output"; at: number; written: string; head: string; filters: string[]; isTrimming: Trimming }
  /** A tag of Liquid. */
  | { kind: "tag"; at: number; written: string; name: string; isTrimming: Trimming }
  /** Braces that mean something to somebody else: shown and run as written. `why` where an author may have meant something here. */
  | { kind: "foreign"; at: number; written: string; why?: string };

export interface Trimming {
  left: boolean;
  right: boolean;
}

/** Cuts a source into segments that make it up again, but for `{% raw %}` and `{% comment %}`, which are done here. Linear, whatever the source holds. */
export function scanTemplate(
  source: string,
  filters: ReadonlySet<string>,
  tags: ReadonlySet<string>,
): Segment[] {
  const segments: Segment[] = [];
  const braces = new BraceFinder(source);
  let from = 0;
  let openGoBlocks = 0;
  const text = (to: number): void => {
    if (to > from) segments.push({ kind: "text", at: from, written: source.slice(from, to) });
  };
  for (let found = braces.next(0); found; found = braces.next(from)) {
    text(found.at);
    const written = source.slice(found.at, found.end);
    from = found.end;
    if (found.isTag) {
      const segment = readTag(written, found.at, tags);
      const ending = segment.kind === "tag" ? VERBATIM[segment.name] : undefined;
      if (ending === undefined) segments.push(segment);
      else from = braces.verbatim(from, ending, segments);
      continue;
    }
    const word = firstWord(written);
    const isInGoTemplate = openGoBlocks > 0;
    if (GO_OPENING.has(word)) openGoBlocks++;
    if (word === "end" && openGoBlocks > 0) openGoBlocks--;
    segments.push(readOutput(written, found.at, { filters, isInGoTemplate }));
  }
  text(source.length);
  return segments;
}

/** Tags whose content is no template: what ends each. */
const VERBATIM: Readonly<Record<string, string>> = { raw: "endraw", comment: "endcomment" };

/** Finds `{{ ... }}` and `{% ... %}`; an opening that another one or the end follows is text. */
class BraceFinder {
  readonly #source: string;
  /** Where the next closing stands, looked for once for all the openings before it. */
  readonly #closings = new Map<string, number>();

  constructor(source: string) {
    this.#source = source;
  }

  next(from: number): { at: number; end: number; isTag: boolean } | undefined {
    let at = this.#source.indexOf("{", from);
    while (at >= 0) {
      const second = this.#source[at + 1];
      const isOpening = (second === "{" && this.#source[at + 2] !== "{") || second === "%";
      const end = isOpening ? this.#close(at + 2, second === "%" ? "%}" : "}}") : undefined;
      if (end !== undefined) return { at, end, isTag: second === "%" };
      at = this.#source.indexOf("{", at + 1);
    }
    return undefined;
  }

  /** Adds what stands before the closing tag as text, and returns where that tag ends. */
  verbatim(from: number, name: string, segments: Segment[]): number {
    let to = this.#source.length;
    let end = to;
    for (let found = this.next(from); found; found = this.next(found.end)) {
      if (!found.isTag || firstWord(this.#source.slice(found.at, found.end)) !== name) continue;
      to = found.at;
      end = found.end;
      break;
    }
    const written = this.#source.slice(from, to);
    if (name === "endraw") segments.push({ kind: "foreign", at: from, written });
    else segments.push({ kind: "text", at: from, written: written.replaceAll(/[^\n]/g, "") });
    return end;
  }

  #close(from: number, closing: string): number | undefined {
    let at = this.#closings.get(closing) ?? -2;
    if (at !== -1 && at < from) {
      at = this.#source.indexOf(closing, from);
      this.#closings.set(closing, at);
    }
    if (at < 0 || at - from > MAX_EXPRESSION_CHARACTERS) return undefined;
    const inside = this.#source.slice(from, at);
    return inside.includes("{{") || inside.includes("{%") ? undefined : at + closing.length;
  }
}

/** 2,000 characters: an expression of a page is a name and some filters. */
const MAX_EXPRESSION_CHARACTERS = 2_000;

const GO_OPENING = new Set(["range", "if", "with", "define", "block"]);
/** Words that read as names and are none: of Go's templates, and literals of Liquid. */
const NO_NAMES = new Set(
  "range if with define block end else template break continue nil null true false empty blank".split(" "),
);

function readTag(written: string, at: number, tags: ReadonlySet<string>): Segment {
  const name = firstWord(written);
  if (tags.has(name)) return { kind: "tag", at, written, name, isTrimming: trimmingOf(written) };
  return { kind: "foreign", at, written, why: "is no tag that is known here" };
}

function readOutput(
  written: string,
  at: number,
  { filters: known, isInGoTemplate }: { filters: ReadonlySet<string>; isInGoTemplate: boolean },
): Segment {
  const inner = innerOf(written);
  const [head = "", ...behind] = splitOutsideQuotes(inner, "|").map((part) => part.trim());
  const filters = behind.map((filter) => /^[\w-]+/.exec(filter)?.[0] ?? "");
  const isNamed = NAME_PATH.test(head) && !NO_NAMES.has(head);
  const isFiltered = LITERAL.test(head) && filters.length > 0 && filters.every((name) => known.has(name));
  if (isNamed || isFiltered)
    return { kind: "output", at, written, head, filters, isTrimming: trimmingOf(written) };
  const why = foreignReason(head, inner, isInGoTemplate);
  return { kind: "foreign", at, written, ...(why === undefined ? {} : { why }) };
}

/** `name`, `name.part`, `name[0]`. */
const NAME_PATH = /^[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*|\[[^[\]]*\])*$/;
const LITERAL = /^(?:"[^"]*"|'[^']*'|-?\d+(?:\.\d+)?)$/;

/** Nothing where it can only be somebody else's; what may have been meant for this page is said. */
function foreignReason(head: string, inner: string, isInGoTemplate: boolean): string | undefined {
  if (inner.startsWith("<") || inner.startsWith("%")) return "is a shortcode of Hugo";
  if (isInGoTemplate || !NO_NAMES.has(head)) return undefined;
  return GO_OPENING.has(head) || head === "template" ? undefined : `names no variable but the word "${head}"`;
}

function firstWord(written: string): string {
  return /^(?:[A-Za-z_]\w*|#)/.exec(innerOf(written))?.[0] ?? "";
}

function innerOf(written: string): string {
  const { left, right } = trimmingOf(written);
  return written.slice(left ? 3 : 2, right ? -3 : -2).trim();
}

function trimmingOf(written: string): Trimming {
  return { left: written[2] === "-", right: written.length > 5 && written.at(-3) === "-" };
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quote: string | undefined;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quote) quote = character === quote ? undefined : quote;
    else if (character === '"' || character === "'") quote = character;
    else if (character === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}
