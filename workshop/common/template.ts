import { Drop, Liquid, type Template } from "liquidjs";
import { Fillings, withoutMarks } from "./filled-text.js";
import type { Variables } from "./variables.js";

export interface Templated {
  /** The text with marks in place of values. */
  text: string;
  fillings: Fillings;
  problems: TemplateProblem[];
}

export interface TemplateProblem {
  rule: "unknown-variable" | "template";
  /** Counted from 1 within the text. */
  line: number;
  message: string;
  fix: string;
}

/** Fills in `{{ name }}` with all of Liquid, then the older `%name%` and `<< name >>`, the last two for exactly known names only. */
export function fillTemplate(source: string, variables: Variables): Templated {
  const fillings = new Fillings();
  const engine = createEngine(fillings);
  const text = withoutMarks(source);
  try {
    const template = engine.parse(text);
    const unknown = unknownNames(engine, template, { source: text, variables });
    const rendered = String(engine.renderSync(template, scopeOf(variables, unknown)));
    const filled = fillOlderForms(rendered, variables, fillings);
    return { text: filled, fillings, problems: problemsOf(filled, fillings, unknown) };
  } catch (error) {
    const filled = fillOlderForms(fillNamesOnly(text, variables, fillings), variables, fillings);
    return { text: filled, fillings, problems: [templateProblem(error)] };
  }
}

/** Fills a short text such as a condition; unknown names stay as they are written. */
export function fillPlain(text: string, variables: Variables): string {
  return text.replace(NAME_ONLY, (written, name: string) => variables[name] ?? written);
}

/** Fills every text inside a value such as a manifest; no variable can change its structure. */
export function fillValue(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return fillPlain(value, variables);
  if (Array.isArray(value)) return value.map((item) => fillValue(item, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillValue(item, variables)]));
}

const NAME_ONLY = /\{\{-?\s*(\w+)\s*-?\}\}/g;

/** 1 MB of text, 200 ms of rendering, 16 MB of values: far beyond any lab, small enough that a runaway loop of an author hurts nobody. */
const LIMITS = { parseLimit: 1024 * 1024, renderLimit: 200, memoryLimit: 16 * 1024 * 1024 };

/** Stands for `{{copy}}`, which is a button and no value. */
class CopyMark extends Drop {
  override valueOf(): string {
    return "";
  }
}

/** Stands for a name without a value; filters keep it visible. */
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

function createEngine(fillings: Fillings): Liquid {
  const outputEscape = (value: unknown): string => {
    if (value instanceof CopyMark) return fillings.mark({ kind: "copy" });
    if (value instanceof UnknownValue) return fillings.mark({ kind: "missing", name: value.name });
    if (value === undefined || value === null) return fillings.mark({ kind: "missing", name: "?" });
    return fillings.mark({ kind: "value", text: textOf(value) });
  };
  return new Liquid({ outputEscape, templates: {}, ownPropertyOnly: true, ...LIMITS });
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join("");
  return typeof value === "string" ? value : JSON.stringify(value);
}

interface UnknownName {
  name: string;
  line: number;
}

/** Pages whose names are remembered: finding them takes longer than all the rest of rendering, and a lab's pages stay the same. */
const REMEMBERED_PAGES = 64;
const remembered = new Map<string, UnknownName[]>();

function unknownNames(
  engine: Liquid,
  template: Template[],
  page: { source: string; variables: Variables },
): UnknownName[] {
  const { source, variables } = page;
  const names = remembered.get(source) ?? globalNames(engine, template);
  remembered.delete(source);
  remembered.set(source, names);
  const [oldest] = remembered.keys();
  if (remembered.size > REMEMBERED_PAGES && oldest !== undefined) remembered.delete(oldest);
  return names.filter(({ name }) => name !== "copy" && !Object.hasOwn(variables, name));
}

function globalNames(engine: Liquid, template: Template[]): UnknownName[] {
  const { globals } = engine.analyzeSync(template, { partials: false });
  return Object.entries(globals).flatMap(([name, uses]) =>
    uses.map((use) => ({ name, line: use.location.row })),
  );
}

function scopeOf(variables: Variables, unknown: readonly UnknownName[]): Record<string, unknown> {
  return {
    ...variables,
    copy: new CopyMark(),
    ...Object.fromEntries(unknown.map(({ name }) => [name, new UnknownValue(name)])),
  };
}

function fillOlderForms(text: string, variables: Variables, fillings: Fillings): string {
  return text.replace(
    /%(\w+)%|<<\s*(\w+)\s*>>/g,
    (written, percent: string | undefined, angles: string | undefined) => {
      const value = variables[percent ?? angles ?? ""];
      return value === undefined ? written : fillings.mark({ kind: "value", text: value });
    },
  );
}

/** For a page whose template cannot be read: the known names still work, and the rest is shown as written. */
function fillNamesOnly(text: string, variables: Variables, fillings: Fillings): string {
  return text.replace(NAME_ONLY, (written, name: string) => {
    const value = variables[name];
    if (name === "copy") return fillings.mark({ kind: "copy" });
    return value === undefined ? written : fillings.mark({ kind: "value", text: value });
  });
}

function problemsOf(text: string, fillings: Fillings, unknown: readonly UnknownName[]): TemplateProblem[] {
  const empty = fillings
    .within(text)
    .filter(({ filling }) => filling.kind === "missing" && filling.name === "?")
    .map(({ at }) => ({ name: "?", line: text.slice(0, at).split("\n").length }));
  return [...unknown, ...empty].map(({ name, line }) => unknownProblem(name, line));
}

function unknownProblem(name: string, line: number): TemplateProblem {
  const rule = "unknown-variable";
  if (name === "?") {
    return {
      rule,
      line,
      message: "A {{ }} expression has no value",
      fix: "Name a variable, or wrap text that needs its braces in {% raw %} ... {% endraw %}",
    };
  }
  if (name.startsWith("ENV_")) {
    const variable = name.slice("ENV_".length);
    return {
      rule,
      line,
      message: `{{ ${name} }} is not allowed here`,
      fix: `List ${variable} under "environment" in workshop.yaml`,
    };
  }
  return {
    rule,
    line,
    message: `{{ ${name} }} is not a variable of this lab`,
    fix: `Correct the name, or declare it under "variables" in workshop.yaml`,
  };
}

function templateProblem(error: unknown): TemplateProblem {
  const message = error instanceof Error ? error.message : String(error);
  const line = Number(/line:(\d+)/.exec(message)?.[1] ?? 1);
  return {
    rule: "template",
    line,
    message: `The template cannot be read: ${message.replace(/, line:.*$/s, "")}`,
    fix: "Correct the tag, or wrap text that needs its braces in {% raw %} ... {% endraw %}",
  };
}
