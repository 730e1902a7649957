import type { PageProblem } from "../page-problem.js";
import { verbatim } from "../imported-text.js";
import { namesPortPage, withIngresses, withoutPortPage } from "./addresses.js";
import {
  beginsQuotedFence,
  commandBlock,
  commandIn,
  endsParagraph,
  endsQuotedParagraph,
  indentOf,
  indented,
  withTicks,
} from "./command-block.js";
import { COMMENT, COMMENT_END, commentsIn } from "../html-tags.js";
import { neverEnds } from "./never-ends.js";
import { beginsPre, endsPre, fileBlock } from "./pre-element.js";
import { afterClosing, type CodeMark, hasOpenCode, markAt, markedCodeOf } from "./marked-code.js";

/** A page of a scenario as a page of ours. */
export interface ConvertedPage {
  text: string;
  /** Ports of the learner's machine that it leads to. */
  ports: Set<number>;
  /** What of it comes to something else, or to nothing; lines are those of the page that was converted. */
  problems: PageProblem[];
}

/** Turns Killercoda's Markdown into ours, line by line: what is marked as a command becomes a block, and everything else stays. */
export function convertPage(source: string): ConvertedPage {
  const page = new PageConversion();
  source
    .replaceAll("\r\n", "\n")
    .split("\n")
    .forEach((line, at) => page.take(line, at + 1));
  return page.end();
}

interface Fence {
  indent: string;
  marks: string;
  info: string;
  body: string[];
  line: number;
}

const OPENING = /^([ \t]*)(`{3,}|~{3,})([^`]*)$/;

class PageConversion {
  readonly #out: string[] = [];
  readonly #ports = new Set<number>();
  readonly #problems: PageProblem[] = [];
  /** Blocks of inline code, until the paragraph is over. */
  #waiting: string[] = [];
  #fence: Fence | undefined;
  /** Lines of a paragraph whose inline code is not closed yet, and the number of the first. */
  #open: { lines: string[]; number: number } | undefined;
  /** Lines of a `pre` of HTML that is not closed yet. */
  #pre: string[] | undefined;
  #isInComment = false;
  /** Lines of commands that nothing has ended yet, by their terminals. */
  readonly #endless = new Map<number, number>();

  take(written: string, number: number): void {
    if (this.#fence) return this.#inFence(this.#fence, written, number);
    if (this.#pre ?? (!this.#isInComment && beginsPre(written))) return this.#inPre(written);
    if (this.#isInComment || BEGINS_COMMENT.test(written)) return this.#inComment(written, number);
    this.#takeLine(withTicks(written), number);
  }

  #takeLine(line: string, number: number): void {
    const opening = OPENING.exec(line);
    const isNext = opening !== null || endsParagraph(line);
    if (isNext || (endsQuotedParagraph(line) && !beginsQuotedFence(this.#open?.lines[0]))) this.#closeText();
    if (opening) {
      this.#endParagraph();
      const [, indent = "", marks = "", info = ""] = opening;
      this.#fence = { indent, marks, info, body: [], line: number };
      return;
    }
    if (isNext) this.#endParagraph();
    this.#takeText(line, number);
  }

  /** Code within a sentence may go on in the next lines of its paragraph. */
  #takeText(line: string, number: number): void {
    const open = this.#open ?? { lines: [], number };
    open.lines.push(line);
    this.#open = undefined;
    const text = open.lines.join("\n");
    if (!hasOpenCode(text)) this.#out.push(this.#text(text, open.number));
    else {
      this.#open = open;
      if (open.lines.length === MAX_CODE_LINES) this.#closeText();
    }
  }

  /** What never was closed is no code. */
  #closeText(): void {
    const { lines, number } = this.#open ?? { lines: [], number: 0 };
    this.#open = undefined;
    lines.forEach((line, at) => this.#out.push(this.#text(line, number + at)));
  }

  end(): ConvertedPage {
    this.#closeText();
    this.#endParagraph();
    if (this.#pre) this.#endPre(this.#pre);
    if (this.#fence) this.#write(this.#fence, this.#fence.info, false);
    for (const terminal of this.#endless.keys()) this.#out.push("", this.#ending(terminal), "");
    return { text: this.#out.join("\n"), ports: this.#ports, problems: this.#problems };
  }

  /** What is not shown runs nothing; behind it the line goes on. */
  #inComment(line: string, number: number): void {
    if (!this.#isInComment) {
      this.#closeText();
      this.#endParagraph();
    }
    let rest = line;
    do {
      // `<!-->` is a whole comment.
      const from = this.#isInComment ? 0 : rest.indexOf(COMMENT) + COMMENT.length - 2;
      const close = rest.indexOf(COMMENT_END, from);
      this.#isInComment = close < 0;
      const end = close < 0 ? rest.length : close + COMMENT_END.length;
      this.#out.push(verbatim(rest.slice(0, end)));
      rest = rest.slice(end).trim();
    } while (BEGINS_COMMENT.test(rest));
    if (rest === "") return;
    // A line of text right below would be more of the HTML.
    this.#out.push("");
    this.take(rest, number);
  }

  #inPre(line: string): void {
    if (!this.#pre) {
      this.#closeText();
      this.#endParagraph();
    }
    const lines = [...(this.#pre ?? []), line];
    this.#pre = lines;
    if (endsPre(line)) this.#endPre(lines);
  }

  #endPre(lines: readonly string[]): void {
    this.#pre = undefined;
    const block = fileBlock(lines);
    this.#out.push(...(block === undefined ? lines.map(verbatim) : ["", block, ""]));
  }

  #inFence(fence: Fence, line: string, number: number): void {
    const rest = afterClosing(fence.marks, line);
    if (rest === undefined) {
      fence.body.push(line);
      return;
    }
    this.#fence = undefined;
    const mark = markAt(rest, 0);
    if (!mark) return this.#write(fence, fence.info, true);
    if (mark.action === "open")
      this.#lacking(
        "open",
        number,
        "no block opens a file in the editor by its name alone",
        "Write a block editor:open-file with the path of the file",
      );
    if (mark.isInterrupting) this.#interrupt(fence, mark);
    else if (mark.action === "exec" && this.#endless.has(mark.terminal))
      this.#out.push(indented(this.#ending(mark.terminal), fence.indent), "");
    if (mark.action === "exec") this.#noteEndless(fence.body.join("\n"), mark.terminal, fence.line);
    this.#write(
      fence,
      mark.action === "exec"
        ? `execute-${String(mark.terminal)}`
        : mark.action === "copy"
          ? "copy"
          : fence.info,
      true,
    );
    const behind = rest.slice(mark.end).trim();
    if (behind !== "") this.#out.push("", fence.indent + this.#text(behind, number));
  }

  /** One that has begun to run for good is to be ended before the next of its terminal, or with its page. */
  #noteEndless(code: string, terminal: number, line: number): void {
    if (neverEnds(code)) this.#endless.set(terminal, line);
  }

  /** The block that ends what runs in the terminal. */
  #ending(terminal: number): string {
    const line = this.#endless.get(terminal) ?? 1;
    this.#endless.delete(terminal);
    this.#approximated(
      "exec",
      line,
      "the command goes on until it is interrupted, which a block of its own below it does",
    );
    return `\`\`\`terminal:interrupt\nsession: ${String(terminal)}\n\`\`\``;
  }

  #interrupt({ indent, marks, line }: Fence, { terminal }: CodeMark): void {
    this.#endless.delete(terminal);
    this.#out.push(
      `${indent}${marks}terminal:interrupt`,
      `${indent}session: ${String(terminal)}`,
      indent + marks,
      "",
    );
    this.#approximated(
      "exec",
      line,
      "the interrupt before the command is a block of its own, to be clicked before",
    );
  }

  #write({ indent, marks, body }: Fence, info: string, isClosed: boolean): void {
    // Right behind HTML the fence would be more of it.
    if ((this.#out.at(-1) ?? "").trim() !== "") this.#out.push("");
    this.#out.push(indent + marks + info, ...body.map((line) => this.#filled(line)));
    if (isClosed) this.#out.push(indent + marks);
  }

  /** A line of text: marks of commands are taken off, those of copies stay, for they mean the same here. */
  #text(written: string, number: number): string {
    const line = withoutPortPage(written);
    if (line !== written)
      this.#lacking(
        "link",
        number,
        "there is no page on which a port is chosen; the link is its words alone",
        PORT_ITSELF,
      );
    if (namesPortPage(line))
      this.#lacking(
        "link",
        number,
        "there is no page on which a port is chosen; its address {{TRAFFIC_SELECTOR}} stays as it is written",
        PORT_ITSELF,
      );
    if (QUESTION.test(written))
      this.#lacking(
        "quiz",
        number,
        "a question of Katacoda (>>Q ...<<) asks nothing here: it and its answers are shown as they are written",
        "Write a block quiz:one, quiz:many or quiz:text in its place",
      );
    let text = "";
    let from = 0;
    const comments = commentsIn(line);
    for (const { action, code, markedAt, end, terminal } of markedCodeOf(line)) {
      if (comments.some((comment) => comment.at < markedAt - code.length && markedAt < comment.end)) continue;
      text += this.#filled(line.slice(from, markedAt));
      from = end;
      if (action === "copy") text += "{{copy}}";
      else if (action === "open")
        this.#lacking(
          "open",
          number,
          "inline code opens no file",
          "Write a block editor:open-file with the path of the file",
        );
      else {
        if (this.#endless.has(terminal)) this.#waiting.push(indented(this.#ending(terminal), indentOf(line)));
        const command = commandIn(line, code);
        this.#waiting.push(commandBlock(line, this.#filled(command), terminal));
        this.#noteEndless(command, terminal, number);
        this.#approximated("exec", number, "a command inside of a sentence is a block below it");
      }
    }
    return text + this.#filled(line.slice(from));
  }

  #filled(line: string): string {
    const parts = withIngresses(line, this.#ports).replaceAll(MACHINE, "127.0.0.1").split(INGRESS_ADDRESS);
    return parts.map((part, at) => (at % 2 === 1 ? part : verbatim(part))).join("");
  }

  #endParagraph(): void {
    for (const block of this.#waiting) this.#out.push("", block, "");
    this.#waiting = [];
  }

  #approximated(action: string, line: number, message: string): void {
    this.#problems.push({
      severity: "warning",
      rule: "imported",
      line,
      message,
      fix: "Look whether the page still reads well",
      fidelity: "approximated",
      action,
    });
  }

  #lacking(action: string, line: number, message: string, fix: string): void {
    this.#problems.push({
      severity: "warning",
      rule: "imported",
      line,
      message,
      fix,
      fidelity: "lacking",
      action,
    });
  }
}

const PORT_ITSELF = "Link to the port itself, as an application of the session (`ingresses`)";
/** Its answers are the lines below. */
const QUESTION = /^\s{0,8}>>\s{0,8}Q\d{0,3}\b.{0,2000}<<\s{0,8}$/m;
const BEGINS_COMMENT = /^ {0,3}<!--/;
/** The learner's machine, as Katacoda had its address filled in. */
const MACHINE = "[[HOST_IP]]";
/** Lines of a command within a sentence; longer ones stand in fences. */
const MAX_CODE_LINES = 50;
/** Variables that this conversion itself has put into a line. */
const INGRESS_ADDRESS = /(\{\{ (?:ingress_protocol|session_name|ingress_domain|ingress_port_suffix) \}\})/;
