import { type Filling, Fillings, withoutMarks } from "./filled-text.js";
import {
  type Engine,
  type LineMap,
  type Output,
  type Page,
  type TemplateProblem,
  createEngine,
  outputProblem,
} from "./template-page.js";
import { type Segment, scanTemplate } from "./template-scan.js";
import { runTags, unreadable } from "./template-tags.js";
import { type Variables, valueOf } from "./fill-plain.js";

export interface Templated {
  /** The text with marks in place of values. */
  text: string;
  /** The line of the source, from 1, behind each line of the text. */
  lines: LineMap;
  fillings: Fillings;
  problems: TemplateProblem[];
}

/** Made once: it holds nothing of a page. */
let plainEngine: Engine | undefined;

/**
 * Fills in `{{ name }}` with the filters and tags of Liquid, then the older `%name%` and `<< name >>`, the last two for exactly
 * known names only. What is none of these stays as it is written.
 */
export function fillTemplate(source: string, variables: Variables): Templated {
  const text = withoutMarks(source);
  plainEngine ??= createEngine();
  const engine = plainEngine;
  const segments = scanTemplate(text, engine.filterNames, engine.tagNames);
  const lineAt = lineCounter(text);
  const page = {
    fillings: new Fillings(),
    variables,
    engine,
    lineAt,
    problems: foreignProblems(segments, lineAt),
  };
  const hasTags = segments.some(({ kind }) => kind === "tag");
  const run = hasTags ? runTags(segments, page) : undefined;
  const filled = run ?? { text: fillOutputs(segments, page), lines: sameLine };
  return {
    text: fillOlderForms(filled.text, variables, page.fillings),
    lines: filled.lines,
    fillings: page.fillings,
    problems: page.problems,
  };
}

const sameLine: LineMap = (line) => line;

/** Without tags every expression stands for itself, and every line stays where it is. */
function fillOutputs(segments: readonly Segment[], page: Page): string {
  return segments
    .map((segment) =>
      segment.kind === "output" ? page.fillings.mark(fillOutput(segment, page)) : segment.written,
    )
    .join("");
}

function fillOutput(output: Output, { variables, engine }: Page): Filling {
  const { written, head, filters } = output;
  const problem = outputProblem(output, { has: (name) => Object.hasOwn(variables, name), engine });
  if (problem) return problem;
  if (head === "copy") return { kind: "copy", written };
  const value = valueOf(variables, head);
  if (value !== undefined && filters.length === 0) return { kind: "value", written, text: value };
  try {
    return { kind: "value", written, text: engine.liquid.parseAndRenderSync(written, { ...variables }) };
  } catch (error) {
    return { kind: "missing", written, rule: "template", ...unreadable(error) };
  }
}

/** Names are letters, digits and underscores, and nothing is looked for beyond the longest one there is. */
const OLDER_FORM = /%(\w{1,100})%|<<[ \t]{0,8}(\w{1,100})[ \t]{0,8}>>/g;

function fillOlderForms(text: string, variables: Variables, fillings: Fillings): string {
  return text.replace(OLDER_FORM, (written, percent: string | undefined, angles: string | undefined) => {
    const value = valueOf(variables, percent ?? angles ?? "");
    return value === undefined ? written : fillings.mark({ kind: "value", written, text: value });
  });
}

function foreignProblems(
  segments: readonly Segment[],
  lineAt: (offset: number) => number,
): TemplateProblem[] {
  return segments.flatMap((segment) => {
    if (segment.kind !== "foreign" || segment.why === undefined) return [];
    const problem: TemplateProblem = {
      severity: "warning",
      rule: "template",
      line: lineAt(segment.at),
      message: `${segment.written} ${segment.why}, and stays as it is written`,
      fix: "Name a variable, or wrap what is to stay in {% raw %} ... {% endraw %}",
    };
    return [problem];
  });
}

/** The line of an offset, from 1; offsets are asked for in the order of the text. */
function lineCounter(text: string): (offset: number) => number {
  let at = 0;
  let line = 1;
  return (offset) => {
    if (offset < at) {
      at = 0;
      line = 1;
    }
    for (let end = text.indexOf("\n", at); end >= 0 && end < offset; end = text.indexOf("\n", at)) {
      line++;
      at = end + 1;
    }
    return line;
  };
}
