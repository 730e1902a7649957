import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MAX_PAGE_CHARACTERS } from "../common/page-size.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { withEmoji } from "../common/emoji.js";
import { Fillings } from "../common/filled-text.js";
import { firstHeading } from "../common/headings.js";
import type { LabPage } from "../common/lab.js";
import type { FrontMatter } from "../common/lab-schema.js";
import { parseMarkdown } from "../common/markdown.js";
import type { PageProblem } from "../common/page-problem.js";
import { type AsciidocFile, readAsciidoc } from "./asciidoc/read-asciidoc.js";
import { splitFrontMatter } from "./front-matter.js";
import { isReallyWithin } from "./lab-path.js";
import { readRegularFile } from "./regular-file.js";
import { whyUnreadable } from "./unreadable-file.js";
import { labText } from "./text-encoding.js";

/** A page as it stands in its file. */
export interface PageText {
  /** Markdown without front matter. */
  source: string;
  /** Of each line of `source` the line of the file, where they do not follow each other. */
  lines?: number[];
  /** Line of the file on which `source` begins, counted from 1. */
  firstLine: number;
  front: FrontMatter;
  problems: PageProblem[];
}

/** What a page is called in addresses, and the lab's own variables, which AsciiDoc names as `{name}`. */
export interface PageName {
  name: string;
  variables?: Readonly<Record<string, string>>;
  /** Whether the lab is this page alone: it includes what lies beside it, of AsciiDoc alone. */
  isAlone?: boolean;
}

/** Reads one page, of Markdown or AsciiDoc by the ending of its file; its title is that of the front matter, else of the first heading, else made of the name. Throws LAB_PAGE_NOT_FOUND, LAB_INVALID. */
export async function readPage(
  folder: string,
  file: string,
  { name, variables = {}, isAlone = false }: PageName,
): Promise<LabPage> {
  return pageOf(file, name, await readPageText({ folder, file, names: Object.keys(variables), isAlone }));
}

/** Reads a page of a lab's folder; what lies outside of the folder is no page of it. One that cannot be read says so in its place. */
export async function readPageOfFolder(
  folder: string,
  file: string,
  { name, variables = {} }: PageName,
): Promise<LabPage> {
  return pageOf(file, name, await readPageTextOfFolder(folder, file, Object.keys(variables)));
}

/** The text of a page of a lab's folder; of one that cannot be read, a text that says so, with the reason among its problems. */
export async function readPageTextOfFolder(
  folder: string,
  file: string,
  names: readonly string[] = [],
): Promise<PageText> {
  if (!(await isReallyWithin(folder, join(folder, file))))
    return unreadableText(`The page ${file} lies outside of the lab's folder`, "Put its file inside");
  try {
    return await readPageText({ folder, file, names });
  } catch (error) {
    if (!(error instanceof WorkshopError)) throw error;
    return unreadableText(error.message, "Correct the file; the other pages are as they were");
  }
}

/** Rule of the problem of a page whose file cannot be read. */
export const UNREADABLE_PAGE = "unreadable-page";

/** Whether there is only its place of a page, since its file cannot be read. */
export function isUnreadable({ problems }: Pick<PageText, "problems">): boolean {
  return problems.some(({ rule }) => rule === UNREADABLE_PAGE);
}

function unreadableText(message: string, fix: string): PageText {
  return {
    source:
      "> [!CAUTION]\n> This page cannot be shown, for its file cannot be read. You can go on with the other pages.\n",
    firstLine: 1,
    front: {},
    problems: [{ severity: "error", rule: UNREADABLE_PAGE, line: 1, message, fix }],
  };
}

/** A page of the text that was read from the file. */
export function pageOf(
  file: string,
  name: string,
  { source, lines, firstLine, front, problems }: PageText,
): LabPage {
  return {
    name,
    title: withEmoji(front.title ?? headingOf(source) ?? titleOf(name)),
    file,
    source,
    ...(lines && { lines }),
    firstLine,
    problems,
    steps: [],
    terminals: [],
    blocks: [],
    pictures: {},
    checks: { expectations: {}, standIns: [] },
  };
}

/** The first heading of the text, without its marks. */
export function headingOf(source: string): string | undefined {
  const fillings = new Fillings();
  return firstHeading(parseMarkdown(source.slice(0, MAX_PAGE_CHARACTERS), fillings).tokens, fillings);
}

/** `04-image-policies` becomes `Image policies`. */
export function titleOf(name: string): string {
  const words = name.replace(/^\d+-/, "").replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A character of UTF-8 has four bytes at most. */
const MAX_PAGE_BYTES = 4 * MAX_PAGE_CHARACTERS;

async function readPageText(place: AsciidocFile): Promise<PageText> {
  const { folder, file } = place;
  const { text, problems } = labText(await readBytes(folder, file));
  const page = splitFrontMatter(text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n"));
  const read = { ...page, problems: [...problems, ...page.problems] };
  return file.endsWith(".adoc") ? fromAsciidoc(read, place) : read;
}

async function fromAsciidoc(
  { source, firstLine, front, problems }: PageText,
  place: AsciidocFile,
): Promise<PageText> {
  const inFile = (line: number): number => line + firstLine - 1;
  const { title, ...written } = await readAsciidoc(source, place);
  const found = written.problems.map((problem) => ({ ...problem, line: inFile(problem.line) }));
  return {
    source: written.source,
    lines: written.lines.map(inFile),
    firstLine,
    front: { ...(title !== undefined && { title }), ...front },
    problems: [...problems, ...found],
  };
}

async function readBytes(folder: string, file: string): Promise<Uint8Array> {
  const path = join(folder, file);
  try {
    const { size } = await stat(path);
    if (size > MAX_PAGE_BYTES)
      throw new WorkshopError(
        WORKSHOP_ERRORS.labInvalid,
        `The page ${file} has ${size} bytes; at most ${MAX_PAGE_BYTES} are read. Split it`,
      );
    return (await readRegularFile(path)).content;
  } catch (cause) {
    if (cause instanceof WorkshopError) throw cause;
    throw new WorkshopError(
      WORKSHOP_ERRORS.labPageNotFound,
      `The page ${file} cannot be read: ${await whyUnreadable(path, cause)}`,
      { cause },
    );
  }
}
