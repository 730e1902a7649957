import { Drop, Liquid } from "liquidjs";
import { type Filling, Fillings, withoutMarks } from "./filled-text.js";
import { type Segment, scanTemplate } from "./template-scan.js";
import type { Variables } from "./variables.js";

export interface Templated {
  /** The text with marks in place of values. */
  text: string;
  /** The line of the source, from 1, behind each line of the text. */
  lines: LineMap;
  fillings: Fillings;
  problems: TemplateProblem[];
}

/** From a line of the filled text to one of the source, both from 1. */
export type LineMap = (line: number) => number;

export interface TemplateProblem {
  severity: "error" | "warning";
  rule: "unknown-variable" | "template";
  /** Of the source, from 1. */
  line: number;
  message: string;
  fix: string;
}

/**
 * Fills in `{{ name }}` with the filters and tags of Liquid, then the older `%name%` and `<< name >>`, the last two for exactly
 * known names only. What is none of these stays as it is written.
 */
export function fillTemplate(source: string, variables: Variables): Templated {
  const text = withoutMarks(source);
  const engine = createEngine();
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
  const filled = hasTags ? runTags(segments, page) : { text: fillOutputs(segments, page), lines: sameLine };
  return {
    text: fillOlderForms(filled.text, variables, page.fillings),
    lines: filled.lines,
    fillings: page.fillings,
    problems: page.problems,
  };
}

/** Fills a short text such as a condition; unknown names stay as they are written. */
export function fillPlain(text: string, variables: Variables): string {
  return text.replace(NAME_ONLY, (written, name: string) => valueOf(variables, name) ?? written);
}

/** Fills every text inside a value such as a manifest; no variable can change its structure. */
export function fillValue(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return fillPlain(value, variables);
  if (Array.isArray(value)) return value.map((item) => fillValue(item, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillValue(item, variables)]));
}

/** Names come from pages: what every object has by birth is no variable. */
function valueOf(variables: Variables, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

const NAME_ONLY = /\{\{-?\s*(\w+)\s*-?\}\}/g;

/** 1 MB of text, 200 ms of rendering, 16 MB of values: far beyond any lab, small enough that a runaway loop of an author hurts nobody. */
const LIMITS = { parseLimit: 1024 * 1024, renderLimit: 200, memoryLimit: 16 * 1024 * 1024 };

/** Tags that would read other files; pages are read on their own. */
const OTHER_FILES = new Set(["include", "render", "layout", "block"]);
/** What stands inside or ends another tag is no tag of its own for Liquid's parser. */
const INNER_TAGS = "else elsif when endif endunless endfor endcase endcapture endtablerow".split(" ");

interface Engine {
  liquid: Liquid;
  filterNames: ReadonlySet<string>;
  tagNames: ReadonlySet<string>;
}

function createEngine(outputEscape?: (value: unknown) => string): Engine {
  const liquid = new Liquid({
    ...(outputEscape ? { outputEscape } : {}),
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    ...LIMITS,
  });
  const tags = Object.keys(liquid.tags).filter((name) => !OTHER_FILES.has(name));
  return {
    liquid,
    filterNames: new Set(Object.keys(liquid.filters)),
    tagNames: new Set([...tags, ...INNER_TAGS, "raw", "comment"]),
  };
}

interface Page {
  fillings: Fillings;
  variables: Variables;
  engine: Engine;
  lineAt: (offset: number) => number;
  problems: TemplateProblem[];
}

type Output = Extract<Segment, { kind: "output" }>;

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

/** What keeps an expression from having a value, as far as can be told without running the page. */
function outputProblem(
  output: Output,
  known: { has: (name: string) => boolean; engine: Engine },
): Extract<Filling, { kind: "missing" }> | undefined {
  const { written, head } = output;
  const filter = unknownFilter(output, known.engine);
  if (filter !== undefined) {
    const message = `${written} uses the filter "${filter}", which does not exist`;
    return { kind: "missing", written, rule: "template", message, fix: "Correct its name, or remove it" };
  }
  const name = /^[A-Za-z_][\w-]*/.exec(head)?.[0];
  if (name === undefined || name === "copy" || known.has(name)) return undefined;
  return { kind: "missing", written, rule: "unknown-variable", ...unknownName(name) };
}

function unknownFilter(segment: Segment, { filterNames }: Engine): string | undefined {
  return segment.kind === "output" ? segment.filters.find((name) => !filterNames.has(name)) : undefined;
}

function unknownName(name: string): { message: string; fix: string } {
  if (name.startsWith("ENV_")) {
    const variable = name.slice("ENV_".length);
    return {
      message: `{{ ${name} }} is not allowed here`,
      fix: `List ${variable} under "environment" in workshop.yaml`,
    };
  }
  return {
    message: `{{ ${name} }} is not a variable of this lab`,
    fix: `Correct the name, or declare it under "variables" in workshop.yaml`,
  };
}

/** Characters that Liquid passes on unchanged: they frame the number of a source line, an expression, or what is not Liquid's. */
const LINE = ["\uE004", "\uE005"] as const;
const EXPRESSION = ["\uE006", "\uE007"] as const;
const FOREIGN = ["\uE008", "\uE009"] as const;

/** With tags the page is a program: its lines are numbered before it runs, and its expressions known by number afterwards. */
function runTags(segments: readonly Segment[], page: Page): { text: string; lines: LineMap } {
  const tooDeep = deepTag(segments);
  if (tooDeep) {
    const line = page.lineAt(tooDeep.at);
    const message = `Tags are nested more than ${MAX_TAG_DEPTH} deep here, so none of the page is run`;
    page.problems.push({ severity: "error", rule: "template", line, message, fix: "Take some of them out" });
    return { text: fillOutputs(segments, page), lines: sameLine };
  }
  const written = segments.map((segment, at) => forLiquid(segment, at, { segments, page })).join("");
  try {
    const rendered = renderTags(written, segments, page);
    return numberedLines(restored(rendered, segments, page));
  } catch (error) {
    const { message, fix } = unreadable(error);
    page.problems.push({ severity: "error", rule: "template", line: lineOfError(error), message, fix });
    return { text: fillOutputs(segments, page), lines: sameLine };
  }
}

/** 50: tags call each other for every level, and no page needs ten. */
const MAX_TAG_DEPTH = 50;
const OPENING_TAGS = new Set(["if", "unless", "for", "case", "capture", "tablerow"]);

/** The first tag that is nested too deep to be read. */
function deepTag(segments: readonly Segment[]): Segment | undefined {
  let depth = 0;
  return segments.find((segment) => {
    if (segment.kind !== "tag") return false;
    if (OPENING_TAGS.has(segment.name)) depth++;
    else if (segment.name.startsWith("end")) depth--;
    return depth > MAX_TAG_DEPTH;
  });
}

function forLiquid(
  segment: Segment,
  at: number,
  { segments, page }: { segments: readonly Segment[]; page: Page },
): string {
  if (segment.kind === "foreign" || unknownFilter(segment, page.engine) !== undefined)
    return framed(FOREIGN, at);
  if (segment.kind === "output") return `${framed(EXPRESSION, at)}${segment.written}`;
  if (segment.kind === "tag") return segment.written;
  return numberLines(segment, page.lineAt(segment.at), {
    left: isTrimmed(segments[at - 1], "right"),
    right: isTrimmed(segments[at + 1], "left"),
  });
}

function isTrimmed(beside: Segment | undefined, side: "left" | "right"): boolean {
  return beside !== undefined && "isTrimming" in beside && beside.isTrimming[side];
}

/** Puts its number before the end of each line, but for blanks that Liquid takes away. */
function numberLines(
  { written }: Segment,
  firstLine: number,
  trimmed: { left: boolean; right: boolean },
): string {
  const from = trimmed.left ? written.length - written.trimStart().length : 0;
  const to = trimmed.right ? written.trimEnd().length : written.length;
  let line = firstLine;
  return written.replaceAll("\n", (_end, at: number) => {
    const number = at >= from && at < to ? framed(LINE, line) : "";
    line++;
    return `${number}\n`;
  });
}

function framed([open, close]: readonly [string, string], number: number): string {
  return `${open}${number}${close}`;
}

/** Stands for a name without a value, so that filters keep it visible. */
class UnknownValue extends Drop {
  readonly name: string;

  constructor(name: string) {
    super();
    this.name = name;
  }

  override valueOf(): string {
    return `{{ ${this.name} }}`;
  }
}

function renderTags(written: string, segments: readonly Segment[], page: Page): string {
  const { liquid } = createEngine((value) => valueText(value));
  const template = liquid.parse(written);
  const { globals } = liquid.analyzeSync(template, { partials: false });
  const unknown = Object.keys(globals).filter(
    (name) => name !== "copy" && !Object.hasOwn(page.variables, name),
  );
  const scope = {
    ...page.variables,
    ...Object.fromEntries(unknown.map((name) => [name, new UnknownValue(name)])),
  };
  page.problems.push(...unknownInTags(new Set(unknown), segments, page));
  const rendered = String(liquid.renderSync(template, scope));
  if (rendered.length <= MAX_RENDERED_CHARACTERS) return rendered;
  throw new Error(`its loops make ${rendered.length} characters, more than ${MAX_RENDERED_CHARACTERS}`);
}

/** 4 MB: a page of the largest size with all its lines numbered. */
const MAX_RENDERED_CHARACTERS = 4 * 1024 * 1024;

/** Names that only tags speak of; what an expression names is told where it stands. */
function unknownInTags(unknown: Set<string>, segments: readonly Segment[], page: Page): TemplateProblem[] {
  return segments.flatMap((segment) => {
    if (segment.kind !== "tag") return [];
    const names = (segment.written.match(/[A-Za-z_][\w-]*/g) ?? []).filter((name) => unknown.delete(name));
    const line = page.lineAt(segment.at);
    return names.map((name) => ({
      severity: "error" as const,
      rule: "unknown-variable" as const,
      line,
      ...unknownName(name),
    }));
  });
}

/** The value between characters of its own, so that it can be told from the text around it. */
function valueText(value: unknown): string {
  if (value instanceof UnknownValue) return "\uE00A\uE00C\uE00B";
  return `\uE00A${textOf(value ?? "")}\uE00B`;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join("");
  return typeof value === "string" ? value.replaceAll(ANY_FRAME, "") : JSON.stringify(value);
}

const ANY_FRAME = /[\uE004\uE006\uE008]\d+[\uE005\uE007\uE009]|[\uE00A-\uE00C]/g;
const RENDERED = /\uE006(\d+)\uE007\uE00A([^\uE00B]*)\uE00B|\uE008(\d+)\uE009/g;

/** Marks in place of the values, and what is not Liquid's as it was written. */
function restored(rendered: string, segments: readonly Segment[], page: Page): string {
  return rendered.replaceAll(RENDERED, (_found, expression?: string, value?: string, foreign?: string) => {
    const segment = segments[Number(expression ?? foreign)];
    if (segment?.kind !== "output") return segment?.written ?? "";
    return page.fillings.mark(renderedFilling(segment, value ?? "", page));
  });
}

function renderedFilling(output: Output, value: string, { engine }: Page): Filling {
  const { written } = output;
  if (output.head === "copy") return { kind: "copy", written };
  const problem = outputProblem(output, { has: () => value !== "\uE00C", engine });
  return problem ?? { kind: "value", written, text: value.replaceAll(ANY_FRAME, "") };
}

/** Takes the numbers out of the text again. */
function numberedLines(rendered: string): { text: string; lines: LineMap } {
  const sources: number[] = [];
  let last = 1;
  const lines = rendered.split("\n").map((line) => {
    const numbers = [...line.matchAll(/\uE004(\d+)\uE005/g)];
    const number = numbers.length > 0 ? Number(numbers.at(-1)?.[1]) : last;
    sources.push(number);
    last = number + 1;
    return numbers.length > 0 ? line.replaceAll(/\uE004\d+\uE005/g, "") : line;
  });
  return { text: lines.join("\n"), lines: (line) => sources[line - 1] ?? last };
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

function unreadable(error: unknown): { message: string; fix: string } {
  const message = error instanceof Error ? error.message : String(error);
  const [reason = ""] = message.split(", line:", 1);
  return {
    message: `The template cannot be read: ${reason.replaceAll(ANY_FRAME, "")}`,
    fix: "Correct the tag, or wrap text that needs its braces in {% raw %} ... {% endraw %}",
  };
}

function lineOfError(error: unknown): number {
  const message = error instanceof Error ? error.message : "";
  return Number(/line:(\d+)/.exec(message)?.[1] ?? 1);
}
