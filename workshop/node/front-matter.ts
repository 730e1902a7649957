import { TomlError, parse as parseToml } from "smol-toml";
import { type FrontMatter, frontMatterSchema } from "../common/lab-schema.js";
import { plainIssues } from "../common/issue-text.js";
import type { PageProblem } from "../common/page-problem.js";
import { YamlProblem, readYaml } from "../common/yaml-value.js";

/** What stands above the text of a page. */
export interface SplitPage {
  source: string;
  /** Line of the file on which `source` begins, from 1. */
  firstLine: number;
  front: FrontMatter;
  problems: PageProblem[];
}

/** Marks of front matter: YAML, and TOML, which Hugo also takes. */
const YAML_FENCE = "---\n";
const TOML_FENCE = "+++\n";

/** Takes front matter off, which stands between marks at the very top; one that cannot be read is a problem of its page alone. */
export function splitFrontMatter(text: string): SplitPage {
  const json = /^\{\s{0,200}"/.test(text) ? endOfJson(text) : undefined;
  if (json !== undefined) return fromJsonPage(text, json);
  const fence = text.startsWith(TOML_FENCE) ? TOML_FENCE : YAML_FENCE;
  const end = endOfFrontMatter(text, fence);
  if (end === undefined)
    return {
      source: text,
      firstLine: 1,
      front: {},
      problems: isLeftOpen(text, fence) ? [leftOpen(fence)] : [],
    };
  const rest = {
    source: text.slice(end.after),
    firstLine: text.slice(0, end.after).split("\n").length,
  };
  try {
    const written = text.slice(fence.length, end.at);
    return { ...rest, front: fence === TOML_FENCE ? fromToml(written) : fromYaml(written), problems: [] };
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return { ...rest, front: {}, problems: [unreadable(error)] };
  }
}

/** 64 KiB: keys of a page are a few lines. */
const MAX_JSON_CHARACTERS = 64 * 1024;

/** Where the object ends that the text begins with, where nothing but a new line follows; Hugo takes JSON without marks around it. */
function endOfJson(text: string): number | undefined {
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < Math.min(text.length, MAX_JSON_CHARACTERS); at++) {
    const character = text[at];
    if (isQuoted && character === "\\") at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === "{") depth += 1;
    else if (!isQuoted && character === "}" && --depth === 0)
      return /^[ \t]{0,80}(?:\n|$)/.test(text.slice(at + 1, at + 100)) ? at + 1 : undefined;
  }
  return undefined;
}

function fromJsonPage(text: string, end: number): SplitPage {
  const newLine = text.indexOf("\n", end);
  const after = newLine < 0 ? text.length : newLine + 1;
  const rest = { source: text.slice(after), firstLine: text.slice(0, after).split("\n").length };
  try {
    // Every object of JSON is one of YAML, which knows its lines.
    return { ...rest, front: fromYaml(text.slice(0, end)), problems: [] };
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return { ...rest, front: {}, problems: [{ ...unreadable(error), line: error.line }] };
  }
}

function fromYaml(written: string): FrontMatter {
  const { value, lineOf } = readYaml(written);
  return fitted(value ?? {}, (path) => lineOf(path) ?? 1);
}

function fromToml(written: string): FrontMatter {
  try {
    return fitted(parseToml(written), () => 1);
  } catch (error) {
    if (error instanceof TomlError) throw new YamlProblem(firstLineOf(error.message), error.line);
    throw error;
  }
}

function fitted(value: unknown, lineOf: (path: readonly PropertyKey[]) => number): FrontMatter {
  const read = frontMatterSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = plainIssues(read.error.issues);
  const key = issue?.path.map(String).join(".") ?? "";
  throw new YamlProblem(
    key === "" ? "it is no list of keys" : `its ${key} does not fit: ${issue?.message ?? ""}`,
    lineOf(issue?.path ?? []),
  );
}

function firstLineOf(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}

function endOfFrontMatter(text: string, fence: string): { at: number; after: number } | undefined {
  if (!text.startsWith(fence)) return undefined;
  const mark = fence.trimEnd();
  for (let at = text.indexOf(`\n${mark}`, 2); at >= 0; at = text.indexOf(`\n${mark}`, at + 1)) {
    const end = text.indexOf("\n", at + 1);
    const line = text.slice(at + 1, end < 0 ? undefined : end);
    if (line.trimEnd() === mark) return { at: at + 1, after: end < 0 ? text.length : end + 1 };
  }
  return undefined;
}

/** A mark and a key below it: alone, the mark is a line across the page. */
function isLeftOpen(text: string, fence: string): boolean {
  return (
    text.startsWith(fence) && /^\w[\w-]{0,63}[ \t]*[:=]/.test(text.slice(fence.length, fence.length + 80))
  );
}

function leftOpen(fence: string): PageProblem {
  const mark = fence.trimEnd();
  return {
    severity: "error",
    rule: "front-matter",
    line: 1,
    message: `The front matter that begins with ${mark} has no end, and is shown as text`,
    fix: `Write ${mark} on a line of its own below it`,
  };
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
