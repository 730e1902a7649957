import { Fillings, escapeHtml, withoutMarks } from "./filled-text.js";
import { LinedText } from "./lined-text.js";
import { lineEndCounter, lineEnds } from "./page-leaves.js";
import { type Shortcode, type ShortcodePiece, scanShortcodes } from "./shortcode-scan.js";
import { CODE_FENCE, ShortcodeTabs, type TabPiece } from "./shortcode-tabs.js";
import { pairShortcodes } from "./shortcode-pairs.js";
import type { Templated } from "./template.js";
import { type TemplateProblem, unknownName } from "./template-page.js";
import type { Variables } from "./variables.js";

/**
 * Fills a page of the Hugo form: values by `param`, boxes and the other shortcodes of the Educates theme, and those of Hugo that text needs.
 * What is no shortcode stays as it is written, Go's templates among it; so does a shortcode that is not known.
 */
export function fillShortcodes(source: string, variables: Variables): Templated {
  const text = withoutMarks(source);
  const pieces = scanShortcodes(text);
  const page: Page = {
    fillings: new Fillings(),
    variables,
    output: new LinedText(),
    problems: [],
    tabs: new ShortcodeTabs(),
    hidden: 0,
  };
  const { ends, unclosed } = pairShortcodes(pieces);
  let line = 1;
  let before = "";
  for (const [at, piece] of pieces.entries()) {
    const indent = indentOf(before);
    const isFirst = before.slice(indent.length).trim() === "";
    const isLast = pieces[at + 1]?.written.startsWith("\n") ?? true;
    const place = { line, indent, isFirst, isLast, isPaired: ends.has(at), isUnclosed: unclosed.has(at) };
    fillPiece(piece, place, page);
    line += lineEnds(piece.written, piece.written.length);
    before = lastLine(before + piece.written);
  }
  const { output, fillings, problems } = page;
  return { text: output.text, lines: output.lines, fillings, problems };
}

interface Page {
  fillings: Fillings;
  variables: Variables;
  output: LinedText;
  problems: TemplateProblem[];
  tabs: ShortcodeTabs;
  /** How many pathways around this place are not the session's. */
  hidden: number;
}

interface Place {
  /** Of the source, from 1. */
  line: number;
  /** What a new line needs in front to stay within the same item of a list. */
  indent: string;
  /** Whether nothing stands before it on its line. */
  isFirst: boolean;
  /** Whether nothing stands behind it on its line. */
  isLast: boolean;
  /** Whether it has an end, or ends something. */
  isPaired: boolean;
  /** Whether it lacks its end, or its beginning. */
  isUnclosed: boolean;
}

function fillPiece(piece: ShortcodePiece, place: Place, page: Page): void {
  const { line } = place;
  if (piece.kind === "shortcode") return fillShortcode(piece, place, page);
  if (page.hidden > 0) return;
  if (piece.kind === "text") {
    page.problems.push(...liquidNames(piece.written, line, page.variables));
    return page.output.copy(piece.written, line);
  }
  if (piece.kind === "unclosed")
    page.problems.push(
      problem(line, `${piece.written} is not closed by ${piece.written[2] === "<" ? ">" : "%"}}}`, {
        severity: "error",
        fix: "Close it, or write the braces as {{</* ... */>}} to show them",
      }),
    );
  const text = piece.kind === "literal" ? piece.text : piece.written;
  page.output.copy(page.fillings.mark({ kind: "value", written: piece.written, text }), line);
}

function fillShortcode(shortcode: Shortcode, place: Place, page: Page): void {
  const { name, isClosing } = shortcode;
  if (place.isUnclosed) {
    page.problems.push(unclosedShortcode(shortcode, place.line));
    return;
  }
  if (name === "pathway") return enterPathway(shortcode, place, page);
  if (page.hidden > 0) return;
  const put = (text: string): void => page.output.put(text, place.line);
  const box = BOXES.get(name);
  if (box !== undefined) return put(isClosing ? blockEnd("div", place) : boxBegin(shortcode, box, place));
  const tabs = page.tabs.piece(shortcode);
  if (tabs !== undefined) return put(tabText(tabs, place));
  const one = SINGLE.get(name);
  if (one !== undefined) return put(one(shortcode, place, page));
  if (!isClosing || !place.isPaired) page.problems.push(unknownShortcode(shortcode, place));
  if (!place.isPaired)
    put(page.fillings.mark({ kind: "value", written: shortcode.written, text: shortcode.written }));
}

function enterPathway({ isClosing, arguments: given }: Shortcode, { line }: Place, page: Page): void {
  const wanted = given.positional[0] ?? given.named["name"] ?? "";
  const isOther = wanted !== (page.variables["pathway_name"] ?? "");
  if (isClosing) page.hidden = Math.max(0, page.hidden - 1);
  else if (isOther || page.hidden > 0) page.hidden++;
  else page.output.put("", line);
}

/** Boxes of the theme, and the title of one that says none. */
const BOXES: ReadonlyMap<string, string> = new Map([
  ["note", "Note"],
  ["warning", "Warning"],
  ["danger", "Danger"],
]);

function boxBegin(shortcode: Shortcode, usual: string, place: Place): string {
  const { name, isSelfClosing, arguments: given } = shortcode;
  const title = escapeHtml(given.named["title"] ?? given.positional[0] ?? usual);
  const begin = blockBegin([`<div class="${name}">`, `<p><strong>${title}</strong></p>`], place);
  return isSelfClosing ? begin + blockEnd("div", place) : begin;
}

/** On a line of its own, without a further one that would be of the code. */
function fenceMarks(fence: string, { indent, isFirst, isLast }: Place, isBeginning: boolean): string {
  const before = isBeginning || !isFirst ? [""] : [];
  return [...before, fence, ...(isBeginning && isLast ? [] : [""])].join(`\n${indent}`);
}

function tabText({ begin, end, fence }: TabPiece, place: Place): string {
  const marks = fence === undefined ? "" : fenceMarks(fence, place, begin !== undefined);
  return (begin ? blockBegin(begin, place) : "") + marks + (end === undefined ? "" : blockEnd(end, place));
}

/** HTML that begins a block, so that what follows is read as Markdown again. */
function blockBegin(html: readonly string[], { indent, isFirst }: Place): string {
  return [...(isFirst ? [] : [""]), ...html, "", ""].join(`\n${indent}`);
}

function blockEnd(element: string, { indent }: Place): string {
  return ["", "", `</${element}>`, "", ""].join(`\n${indent}`);
}

type Single = (shortcode: Shortcode, place: Place, page: Page) => string;

const SINGLE: ReadonlyMap<string, Single> = new Map<string, Single>([
  ["param", (shortcode, _place, page) => paramMark(shortcode, page)],
  ["copy", ({ written }, _place, page) => page.fillings.mark({ kind: "copy", written })],
  ["baseurl", () => ""],
  ["ref", ({ arguments: given }) => given.positional[0] ?? given.named["path"] ?? ""],
  ["relref", ({ arguments: given }) => given.positional[0] ?? given.named["path"] ?? ""],
  ["figure", ({ arguments: { named } }, place) => figureBlock(figure(named), place)],
  ["highlight", codeFence],
  ["details", detailsBlock],
]);

function paramMark({ written, arguments: given }: Shortcode, { fillings, variables }: Page): string {
  const name = given.positional[0] ?? "";
  if (Object.hasOwn(variables, name))
    return fillings.mark({ kind: "value", written, text: variables[name] ?? "" });
  const told = unknownName(name);
  const message = told.message.replace(`{{ ${name} }}`, written);
  const fix = told.fix.replace('"variables" in workshop.yaml', '"params" in workshop/config.yaml');
  return fillings.mark({ kind: "missing", written, rule: "unknown-variable", name, message, fix });
}

function codeFence({ isClosing, arguments: given }: Shortcode, place: Place): string {
  const fence = isClosing ? CODE_FENCE : `${CODE_FENCE}${given.positional[0] ?? ""}`;
  return fenceMarks(fence, place, !isClosing);
}

function detailsBlock({ isClosing, arguments: given }: Shortcode, place: Place): string {
  if (isClosing) return blockEnd("details", place);
  const summary = escapeHtml(given.named["summary"] ?? given.positional[0] ?? "Details");
  return blockBegin(["<details>", `<summary>${summary}</summary>`], place);
}

/** What begins a line is a block of HTML, which only a blank line ends; within a sentence or a cell it is a part of that. */
function figureBlock(html: string, { indent, isFirst, isLast }: Place): string {
  if (!isFirst) return html;
  return [html, "", ...(isLast ? [] : [""])].join(`\n${indent}`);
}

function figure(named: Readonly<Record<string, string>>): string {
  const attributes = ["src", "alt", "title", "width", "height"].flatMap((name) =>
    named[name] === undefined ? [] : [`${name}="${escapeHtml(named[name])}"`],
  );
  const { caption } = named;
  const words = caption === undefined ? "" : `<figcaption>${escapeHtml(caption)}</figcaption>`;
  return `<figure><img ${attributes.join(" ")}>${words}</figure>`;
}

function unclosedShortcode({ name, isClosing, written }: Shortcode, line: number): TemplateProblem {
  const [what, fix] = isClosing
    ? [`${written} closes a shortcode that was not opened`, `Write {{< ${name} >}} before it, or remove it`]
    : [`The shortcode ${name} is not closed`, `Write {{< /${name} >}} where it is to end`];
  return problem(line, what, { severity: "error", fix });
}

function unknownShortcode({ written }: Shortcode, place: Place): TemplateProblem {
  const shown = place.isPaired ? "what it encloses is shown without it" : "it stays as it is written";
  return problem(place.line, `The shortcode ${written} is not known here: ${shown}`, {
    severity: "warning",
    fix: "Say the same in Markdown; shortcodes of workshop/layouts are not run",
  });
}

/** Names of Liquid, which the classic form fills and Hugo shows as they are. */
function liquidNames(text: string, firstLine: number, variables: Variables): TemplateProblem[] {
  const lineEndsBefore = lineEndCounter(text);
  return [...text.matchAll(/\{\{[ \t]*(\w{1,100})[ \t]*\}\}/g)].flatMap((found) => {
    const [written, name = ""] = found;
    if (!Object.hasOwn(variables, name)) return [];
    const message = `${written} is no shortcode and stays as it is written`;
    const line = firstLine + lineEndsBefore(found.index);
    return [
      problem(line, message, { severity: "warning", fix: `Write {{< param ${name} >}} for the value` }),
    ];
  });
}

function problem(
  line: number,
  message: string,
  { severity, fix }: Pick<TemplateProblem, "severity" | "fix">,
): TemplateProblem {
  return { severity, rule: "template", line, message, fix };
}

/** 1,000 characters: no line that begins an item of a list has its mark later. */
const MAX_LINE_CHARACTERS = 1_000;

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf("\n") + 1).slice(0, MAX_LINE_CHARACTERS);
}

/** Blanks as wide as what stands before the text of the line: its own, and the mark of a list's item; marks of quotations are those of the next line too. */
function indentOf(line: string): string {
  const head = /^(?:[ \t]*>)*[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?/.exec(line)?.[0] ?? "";
  return head.replaceAll(/[^\t>]/g, " ");
}
