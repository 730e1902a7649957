import { Drop } from "liquidjs";
import type { Filling } from "./filled-text.js";
import {
  type LineMap,
  type Output,
  type Page,
  type TemplateProblem,
  createEngine,
  outputProblem,
  unknownFilter,
  unknownName,
} from "./template-page.js";
import type { Segment } from "./template-scan.js";

/** Characters that Liquid passes on unchanged: they frame the number of a source line, an expression, or what is not Liquid's. */
const LINE = ["\uE004", "\uE005"] as const;
const EXPRESSION = ["\uE006", "\uE007"] as const;
const FOREIGN = ["\uE008", "\uE009"] as const;

/**
 * What a page with tags comes to, and the lines of the source behind it; nothing where it cannot be run, with the problem added to the
 * page's. With tags the page is a program: its lines are numbered before it runs, and its expressions known by number afterwards.
 */
export function runTags(
  segments: readonly Segment[],
  page: Page,
): { text: string; lines: LineMap } | undefined {
  const tooDeep = deepTag(segments);
  if (tooDeep) {
    const line = page.lineAt(tooDeep.at);
    const message = `Tags are nested more than ${MAX_TAG_DEPTH} deep here, so none of the page is run`;
    page.problems.push({ severity: "error", rule: "template", line, message, fix: "Take some of them out" });
    return undefined;
  }
  const written = segments.map((segment, at) => forLiquid(segment, at, { segments, page })).join("");
  try {
    const rendered = renderTags(written, segments, page);
    return numberedLines(restored(rendered, segments, page));
  } catch (error) {
    const { message, fix } = unreadable(error);
    page.problems.push({ severity: "error", rule: "template", line: lineOfError(error), message, fix });
    return undefined;
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

/** Why Liquid could not read what it was given, in words for an author. */
export function unreadable(error: unknown): { message: string; fix: string } {
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
