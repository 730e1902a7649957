import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { MAX_PAGE_CHARACTERS } from "../common/compile-page.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { Fillings } from "../common/filled-text.js";
import { firstHeading } from "../common/headings.js";
import type { LabPage } from "../common/lab.js";
import { frontMatterSchema } from "../common/lab-schema.js";
import { parseMarkdown } from "../common/markdown.js";
import type { PageProblem } from "../common/page-problem.js";
import { YamlProblem, readYaml } from "../common/yaml-value.js";
import { isReallyWithin } from "./lab-path.js";

/** Reads one page; its title is that of the front matter, else of the first heading, else made of the name. Throws LAB_PAGE_NOT_FOUND, LAB_INVALID. */
export async function readPage(folder: string, file: string, name: string): Promise<LabPage> {
  const { source, firstLine, title, problems } = splitFrontMatter(await readText(join(folder, file)));
  return {
    name,
    title: title ?? headingOf(source) ?? titleOf(name),
    file,
    source,
    firstLine,
    problems,
    steps: [],
    terminals: [],
    pictures: {},
    checks: { expectations: {}, standIns: [] },
  };
}

/** Reads a page of a lab's folder; what lies outside of the folder is no page of it. Throws as `readPage` does. */
export async function readPageOfFolder(folder: string, file: string, name: string): Promise<LabPage> {
  if (await isReallyWithin(folder, join(folder, file))) return readPage(folder, file, name);
  throw new WorkshopError(
    WORKSHOP_ERRORS.labPageNotFound,
    `The page ${file} lies outside of the lab's folder ${folder}; put it inside`,
  );
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

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_PAGE_BYTES)
      throw new WorkshopError(
        WORKSHOP_ERRORS.labInvalid,
        `The page ${path} has ${size} bytes; at most ${MAX_PAGE_BYTES} are read. Split it`,
      );
    const text = await readFile(path, "utf8");
    return text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  } catch (cause) {
    if (cause instanceof WorkshopError) throw cause;
    throw new WorkshopError(
      WORKSHOP_ERRORS.labPageNotFound,
      `The page ${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

interface SplitPage {
  source: string;
  firstLine: number;
  title?: string | undefined;
  problems: PageProblem[];
}

/** Front matter stands between lines of three dashes at the very top; one that cannot be read is a problem of its page alone. */
function splitFrontMatter(text: string): SplitPage {
  const end = endOfFrontMatter(text);
  if (end === undefined) return { source: text, firstLine: 1, problems: [] };
  const lines = text.slice(0, end.after).split("\n").length;
  const rest = { source: text.slice(end.after), firstLine: lines };
  try {
    const { value } = readYaml(text.slice(FENCE.length, end.at));
    const read = frontMatterSchema.safeParse(value ?? {});
    if (read.success) return { ...rest, title: read.data.title, problems: [] };
    throw new YamlProblem("its title is no text", 1);
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return { ...rest, problems: [unreadable(error)] };
  }
}

const FENCE = "---\n";

function endOfFrontMatter(text: string): { at: number; after: number } | undefined {
  if (!text.startsWith(FENCE)) return undefined;
  for (let at = text.indexOf("\n---", 2); at >= 0; at = text.indexOf("\n---", at + 1)) {
    const end = text.indexOf("\n", at + 1);
    const line = text.slice(at + 1, end < 0 ? undefined : end);
    if (line.trimEnd() === "---") return { at: at + 1, after: end < 0 ? text.length : end + 1 };
  }
  return undefined;
}

function unreadable(error: YamlProblem): PageProblem {
  return {
    severity: "error",
    rule: "front-matter",
    line: error.line + 1,
    message: `The front matter of the page cannot be read: ${error.message}`,
    fix: "Correct it; a value that holds a colon needs quotes",
  };
}
