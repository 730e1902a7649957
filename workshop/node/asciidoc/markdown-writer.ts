/** Begins a block of HTML in CommonMark that goes on to the next blank line. */
const BLOCK_HTML =
  /^<\/?(?:p|div|ul|ol|li|dl|dt|dd|h[1-6]|hr|table|thead|tbody|tfoot|tr|th|td|blockquote|details|summary)[\s>/]/i;

/** Writes a page of Markdown out of HTML and fences, and knows for each of its lines where it comes from. */
export class MarkdownWriter {
  readonly #text: string[] = [];
  readonly #lines: number[] = [];
  readonly #run: { html: string; line: number }[] = [];

  /** HTML as it is to stand in the page; what follows without a fence between goes on with it. */
  html(html: string, line: number): void {
    this.#run.push(
      ...html.split("\n").flatMap((part) => (part.trim() === "" ? [] : [{ html: part.trimStart(), line }])),
    );
  }

  /** Code, or a block that does something, as a fence of its own. */
  fence(info: string, body: string, line: number): void {
    const longest = Math.max(2, ...[...body.matchAll(/`{3,}/g)].map(([marks]) => marks.length));
    const marks = "`".repeat(longest + 1);
    this.paragraph([`${marks}${info}`, ...body.split("\n"), marks], line, (at) => Math.max(0, at));
  }

  /** Lines of Markdown with a blank one behind; each is of the line that `step` adds to the first. */
  paragraph(lines: readonly string[], line: number, step: (at: number) => number = () => 0): void {
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

  #push(text: string, line: number): void {
    this.#text.push(text);
    this.#lines.push(line);
  }
}
