import { Liquid } from "liquidjs";
import { absentVariable } from "./absent-variables.js";
import type { Filling, Fillings } from "./filled-text.js";
import type { Segment } from "./template-scan.js";
import type { Variables } from "./variables.js";

/** From a line of the filled text to one of the source, both from 1. */
export type LineMap = (line: number) => number;

export interface TemplateProblem {
  severity: "error" | "warning";
  rule: "unknown-variable" | "template";
  /** Of the source, from 1. */
  line: number;
  /** The name that has no value, where it is that. */
  name?: string;
  message: string;
  fix: string;
  fidelity?: "lacking";
}

/** A page while it is filled. */
export interface Page {
  fillings: Fillings;
  variables: Variables;
  engine: Engine;
  lineAt: (offset: number) => number;
  problems: TemplateProblem[];
}

/** `{{ ... }}`. */
export type Output = Extract<Segment, { kind: "output" }>;

/** 1 MB of text, 200 ms of rendering, 16 MB of values: far beyond any lab, small enough that a runaway loop of an author hurts nobody. */
const LIMITS = { parseLimit: 1024 * 1024, renderLimit: 200, memoryLimit: 16 * 1024 * 1024 };

/** Tags that would read other files; pages are read on their own. */
const OTHER_FILES = new Set(["include", "render", "layout", "block"]);
/** What stands inside or ends another tag is no tag of its own for Liquid's parser. */
const INNER_TAGS = "else elsif when endif endunless endfor endcase endcapture endtablerow".split(" ");

/** Liquid, and the names it knows. */
export interface Engine {
  liquid: Liquid;
  filterNames: ReadonlySet<string>;
  tagNames: ReadonlySet<string>;
}

/** Without files of others, with strict filters and bounded. */
export function createEngine(outputEscape?: (value: unknown) => string): Engine {
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

/** What keeps an expression from having a value, as far as can be told without running the page. */
export function outputProblem(
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

/** The first filter of an expression that does not exist. */
export function unknownFilter(segment: Segment, { filterNames }: Engine): string | undefined {
  return segment.kind === "output" ? segment.filters.find((name) => !filterNames.has(name)) : undefined;
}

/** What is said of a name that is none of the lab's. */
export function unknownName(name: string): { name: string; message: string; fix: string } {
  if (name.startsWith("ENV_")) {
    const variable = name.slice("ENV_".length);
    return {
      name,
      message: `{{ ${name} }} is not allowed here`,
      fix: `List ${variable} under "environment" in workshop.yaml`,
    };
  }
  const absent = absentVariable(name);
  if (absent)
    return {
      name,
      message: `{{ ${name} }} has no value: it is of ${absent.what}, which is not to be had here`,
      fix: absent.fix,
    };
  return {
    name,
    message: `{{ ${name} }} is not a variable of this lab`,
    fix: `Correct the name, or declare it under "variables" in workshop.yaml`,
  };
}
