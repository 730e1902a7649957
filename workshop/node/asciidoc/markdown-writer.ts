import { MAX_PAGE_CHARACTERS } from "../../common/page-size.js";

/** Begins a block of HTML in CommonMark that goes on to the next blank line. */
const BLOCK_HTML =
  /^<\/?(?:p|div|ul|ol|li|dl|dt|dd|h[1-6]|hr|table|thead|tbody|tfoot|tr|th|td|blockquote|details|summary)[\s>/]/i;

/** Characters that a line may bring besides its own: an end, a blank line behind it, a `<div>` before it. */
const BESIDES = 16;

/** A page that has no room for what is to be written. */
export class PageFull extends Error {
  override name = "PageFull";
}

/** Writes a page of Markdown out of HTML and fences, and knows for each of its lines where it comes from. What would be more than a page may have throws PageFull. */
export class MarkdownWriter {
  readonly #text: string[] = [];
  readonly #lines: number[] = [];
  readonly #run: { html: string; line: number }[] = [];
  #room = MAX_PAGE_CHARACTERS;

  /** Characters that the page may still have. */
  get room(): number {
    return this.#room;
  }

  /** HTML as it is to stand in the page; what follows without a fence between goes on with it. */
  html(html: string, line: number): void {
    const parts = html.split("\n").filter((part) => part.trim() !== "");
    this.#take(parts);
    for (const part of parts) this.#run.push({ html: part.trimStart(), line });
  }

  /** Code, or a block that does something, as a fence of its own. */
  fence(info: string, body: string, line: number): void {
    // What stands behind back-ticks has none of its own, as what stands behind tildes may.
    const [mark, runs] = info.includes("`") ? (["~", /~{3,}/g] as const) : (["`", /`{3,}/g] as const);
    const longest = Math.max(2, ...[...body.matchAll(runs)].map(([marks]) => marks.length));
    const marks = mark.repeat(longest + 1);
    this.paragraph([`${marks}${info}`, ...body.split("\n"), marks], line, (at) => Math.max(0, at));
  }

  /** Lines of Markdown with a blank one behind; each is of the line that `step` adds to the first. */
  paragraph(lines: readonly string[], line: number, step: (at: number) => number = () => 0): void {
    this.#take(lines);
    this.#endRun();
    for (const [at, text] of lines.entries()) this.#push(text, line + step(at));
    this.#push("", line);
  }

  /** The page, and of each of its lines the line it comes from. */
  end(): { source: string; lines: number[] } {
    this.#endRun();
    return { source: this.#text.join("\n"), lines: this.#lines };
  }

  #endRun(): void {
    const [first] = this.#run;
    if (!first) return;
    if (!BLOCK_HTML.test(first.html)) this.#push("<div></div>", first.line);
    for (const { html, line } of this.#run) this.#push(html, line);
    this.#push("", first.line);
    this.#run.length = 0;
  }

  #take(lines: readonly string[]): void {
    const room = lines.reduce((left, text) => left - text.length - BESIDES, this.#room);
    if (room < 0) throw new PageFull();
    this.#room = room;
  }

  #push(text: string, line: number): void {
    this.#text.push(text);
    this.#lines.push(line);
  }
}
