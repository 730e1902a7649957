import type { PageProblem } from "../page-problem.js";
import { verbatim } from "../imported-text.js";
import { withIngresses, withoutPortPage } from "./addresses.js";
import { neverEnds } from "./never-ends.js";
import { type CodeMark, markAt, markedCodeOf } from "./marked-code.js";

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
const LIST_ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+/;

class PageConversion {
  readonly #out: string[] = [];
  readonly #ports = new Set<number>();
  readonly #problems: PageProblem[] = [];
  /** Blocks of inline code, until the paragraph is over. */
  #waiting: string[] = [];
  #fence: Fence | undefined;
  /** Lines of commands that nothing has ended yet, by their terminals. */
  readonly #endless = new Map<number, number>();

  take(line: string, number: number): void {
    if (this.#fence) return this.#inFence(this.#fence, line, number);
    const opening = OPENING.exec(line);
    if (opening) {
      this.#endParagraph();
      const [, indent = "", marks = "", info = ""] = opening;
      this.#fence = { indent, marks, info, body: [], line: number };
      return;
    }
    if (line.trim() === "" || LIST_ITEM.test(line)) this.#endParagraph();
    this.#out.push(this.#text(line, number));
  }

  end(): ConvertedPage {
    this.#endParagraph();
    if (this.#fence) this.#write(this.#fence, this.#fence.info, false);
    for (const terminal of this.#endless.keys()) this.#out.push("", this.#ending(terminal), "");
    return { text: this.#out.join("\n"), ports: this.#ports, problems: this.#problems };
  }

  #inFence(fence: Fence, line: string, number: number): void {
    const rest = afterClosing(fence, line);
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
        "Link to the port itself, as an application of the session (`ingresses`)",
      );
    let text = "";
    let from = 0;
    for (const { action, code, markedAt, end, terminal } of markedCodeOf(line)) {
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
        this.#waiting.push(commandBlock(line, this.#filled(code), terminal));
        this.#noteEndless(code, terminal, number);
        this.#approximated("exec", number, "a command inside of a sentence is a block below it");
      }
    }
    return text + this.#filled(line.slice(from));
  }

  #filled(line: string): string {
    const parts = withIngresses(line, this.#ports).split(INGRESS_ADDRESS);
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

/** Variables that this conversion itself has put into a line. */
const INGRESS_ADDRESS = /(\{\{ (?:ingress_protocol|session_name|ingress_domain|ingress_port_suffix) \}\})/;

/** What stands behind the closing marks of the fence; undefined where the line does not close it. */
function afterClosing({ marks }: Fence, line: string): string | undefined {
  const text = line.trim();
  const mark = marks.charAt(0);
  let end = 0;
  while (text[end] === mark) end++;
  if (end < marks.length) return undefined;
  const rest = text.slice(end).trimStart();
  return rest === "" || markAt(rest, 0) ? rest : undefined;
}

/** As deep as the text of the line, so that it belongs to the same item of a list. */
function commandBlock(line: string, code: string, terminal: number): string {
  return indented(`\`\`\`execute-${String(terminal)}\n${code}\n\`\`\``, indentOf(line));
}

function indentOf(line: string): string {
  return " ".repeat(LIST_ITEM.exec(line)?.[0].length ?? /^ */.exec(line)?.[0].length ?? 0);
}

function indented(block: string, indent: string): string {
  return block
    .split("\n")
    .map((line) => indent + line)
    .join("\n");
}
