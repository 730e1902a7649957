import type { PageProblem } from "../../common/page-problem.js";
import { SESSION_VARIABLES } from "../../common/variables.js";
import { AsciidocIncludes, type IncludingPage, MAX_ASCIIDOC_CHARACTERS } from "./asciidoc-includes.js";
import type { AsciidocDocument, AsciidocReader } from "./asciidoc-nodes.js";
import { AsciidocPage, type WrittenPage } from "./asciidoc-page.js";
import { attributeReferences } from "./attribute-references.js";
import { plainText } from "./inline-markdown.js";
import { numberHeadingsOnce } from "./heading-ids.js";
import { withoutLongBlanks } from "./long-blanks.js";
import { TemplateMarks } from "./template-marks.js";

/** A page of AsciiDoc as the lab has it, whose other pages are of Markdown. */
export interface AsciidocText extends WrittenPage {
  /** What stands above it as `= Title`. */
  title?: string;
  problems: PageProblem[];
}

/** Nothing of a page makes Asciidoctor read what is not the lab's, or draw icons that are not there. */
const LOCKED = {
  "attribute-missing": "warn",
  experimental: "",
  icons: null,
  "source-highlighter": null,
  "allow-uri-read": null,
  docinfo: null,
};

/**
 * Reads a page of AsciiDoc: code whose role is an action becomes that block, all else what it looks like, `{name}` the value of a
 * variable of the session or one of `names`. Asciidoctor is loaded by the first such page. Never rejects for what an author wrote: a page
 * that it cannot read is one without content, with a problem that says so.
 */
export async function readAsciidoc(text: string, page: AsciidocFile): Promise<AsciidocText> {
  const problems: PageProblem[] = [];
  const cut = text.slice(0, MAX_ASCIIDOC_CHARACTERS);
  if (cut.length < text.length) problems.push(cutPage(text));
  try {
    const short = withoutLongBlanks(cut);
    if (short.line !== undefined)
      problems.push(problem(short.line, `${short.message} are read as so many`, "Take them out"));
    const written = await convert(short.text, page, problems);
    return { ...written, problems: problems.slice(0, MAX_PROBLEMS) };
  } catch (error) {
    // Such as where its blocks are nested deeper than a program can follow.
    const why = error instanceof Error ? error.message : String(error);
    const message = `The page cannot be read as AsciiDoc, so nothing of it is shown: ${why}`;
    problems.push(problem(1, message, "Take out what is nested deeply", "error"));
    return { source: "", lines: [1], problems: problems.slice(-MAX_PROBLEMS) };
  }
}

/** A page's place in its lab, and the names that its text may have the values of. */
export type AsciidocFile = IncludingPage & { names: Iterable<string> };

/** 100: a page that has more of them is of another kind altogether. */
const MAX_PROBLEMS = 100;

function cutPage({ length }: string): PageProblem {
  const message = `The page has ${length} characters; only the first ${MAX_ASCIIDOC_CHARACTERS} of AsciiDoc are shown`;
  return { severity: "error", rule: "page-size", line: 1, message, fix: "Split the page" };
}

async function convert(
  text: string,
  page: AsciidocFile,
  problems: PageProblem[],
): Promise<Omit<AsciidocText, "problems">> {
  const { load, Extensions, MemoryLogger, Section } = await import("@asciidoctor/core");
  numberHeadingsOnce(Section);
  const marks = new TemplateMarks();
  const includes = new AsciidocIncludes({ ...page, characters: text.length }, (line, message) =>
    problems.push(
      problem(line, message, "Put the file into the lab's folder, or take the include out", "error"),
    ),
  );
  const registry = Extensions.create();
  registry.includeProcessor(function register(this: IncludeDefinition) {
    this.handles(() => true);
    this.process((_document, reader, target, attributes) => includes.read(reader, target, attributes));
  });
  const logger = new MemoryLogger();
  const source = marks.of(text);
  const document = (await load(source, {
    safe: "secure",
    sourcemap: true,
    logger,
    extension_registry: registry,
    attributes: { ...valuesOf(page.names, marks), ...LOCKED },
  })) as unknown as AsciidocDocument;
  const written = await new AsciidocPage(includes, { marks, problems }).write(document);
  problems.push(...toldProblems(logger.messages, source));
  const title = document.getDocumentTitle();
  if (typeof title !== "string" || title === "") return written;
  if (marks.isWithin(title, MAX_TITLE)) return { ...written, title: plainText(marks.written(title)) };
  const message = `The title has more than ${MAX_TITLE} characters, and is not shown`;
  problems.push(problem(1, message, "Shorten it", "error"));
  return written;
}

interface IncludeDefinition {
  handles(handles: () => boolean): void;
  process(
    read: (
      document: unknown,
      reader: AsciidocReader,
      target: string,
      attributes: Record<string, string>,
    ) => Promise<void>,
  ): void;
}

/** A page may give its own value to a name of the session's: `@` says so. */
function valuesOf(names: Iterable<string>, marks: TemplateMarks): Record<string, string> {
  const all = new Set([...SESSION_VARIABLES, ...names]);
  return Object.fromEntries([...all].map((name) => [name.toLowerCase(), `${marks.value(name)}@`]));
}

/** A title is a line of a list. */
const MAX_TITLE = 1_000;

interface Message {
  message: unknown;
}

/** Characters of what is told that say what it is about. */
const MAX_TOLD = 400;
const MISSING = /^skipping reference to missing attribute: (\S{1,100})$/;
/** What Asciidoctor says of a page, each with its line as far as that can be told. */
function toldProblems(messages: readonly Message[], source: string): PageProblem[] {
  const told = messages.map(({ message }) => {
    const { text, sourceLocation } = Object(message) as {
      text?: unknown;
      sourceLocation?: { lineno?: number };
    };
    return { text: String(text ?? message).slice(0, MAX_TOLD), line: sourceLocation?.lineno };
  });
  const unique = [...new Map(told.map((one) => [`${one.line} ${one.text}`, one])).values()];
  const references = attributeReferences(source);
  const problems = unique.flatMap(({ text, line }) => {
    const name = MISSING.exec(text)?.[1];
    if (name === undefined) return [problem(line ?? 1, `AsciiDoc: ${text}`, "Correct it")];
    const written = references.get(name);
    if (written?.isOfShell === true) return [];
    const shown = written?.name ?? name;
    return [
      problem(
        written?.line ?? 1,
        `{${shown}} is no variable of this lab, and is shown as it is written`,
        `Correct the name, or write \\{${shown}} where it is meant as text`,
      ),
    ];
  });
  return problems.slice(0, MAX_PROBLEMS);
}

function problem(
  line: number,
  message: string,
  fix: string,
  severity: PageProblem["severity"] = "warning",
): PageProblem {
  return { severity, rule: "asciidoc", line, message, fix };
}
