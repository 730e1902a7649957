import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { type EducatesResource, educatesResourceSchema } from "../common/educates-schema.js";
import { fittingParts } from "../common/fitting-parts.js";
import { issueText } from "../common/issue-text.js";
import type { LabProblem } from "../common/lab.js";
import type { PageProblem } from "../common/page-problem.js";
import { placeOf } from "../common/resource-note.js";
import { withoutTemplate } from "../common/templated-yaml.js";
import { YamlProblem, type YamlValue, readYaml, splitDocuments } from "../common/yaml-value.js";
import { isReallyWithin } from "./lab-path.js";
import { readRegularFile } from "./regular-file.js";
import { type LabText, labText } from "./text-encoding.js";

/** What was read of a YAML file of a workshop; one that cannot be read is a problem and nothing else. */
export interface WorkshopFile<Value> {
  /** Relative to the lab's folder. */
  file: string;
  value: Value | undefined;
  /** The line of a part, from 1. */
  lineOf: (path: readonly PropertyKey[]) => number;
  /** Where a part of the value stands in the file, whose lists may have items that do not fit. */
  writtenPath: (path: readonly PropertyKey[]) => readonly PropertyKey[];
  problems: LabProblem[];
}

/** Reads a YAML file of a workshop where it is there. Never throws for what an author wrote. */
export async function readWorkshopFile<Schema extends z.ZodType>(
  folder: string,
  file: string,
  schema: Schema,
): Promise<WorkshopFile<z.infer<Schema>>> {
  const text = await textOf(folder, file);
  if (text === undefined) return nothingOf(file);
  return withProblems(readText({ text: text.text, firstLine: 1 }, { file, schema }), text.problems);
}

function nothingOf(file: string, problems: LabProblem[] = []): WorkshopFile<never> {
  return { file, value: undefined, lineOf: () => 1, writtenPath: (path) => path, problems };
}

/** With what is to be told of the text itself. */
function withProblems<Value>(read: WorkshopFile<Value>, ofText: readonly PageProblem[]): WorkshopFile<Value> {
  const told = ofText.map((problem) => ({ ...problem, file: read.file }));
  return { ...read, problems: [...told, ...read.problems] };
}

/** The Workshop resource of a folder: `resources/workshop.yaml`, or another file there that holds one. */
export async function readResource(folder: string): Promise<WorkshopFile<EducatesResource>> {
  const usual = "resources/workshop.yaml";
  const there = await readdir(join(folder, "resources")).catch((): string[] => []);
  const others = there.filter((name) => /\.ya?ml$/.test(name)).map((name) => `resources/${name}`);
  const files = others.includes(usual) ? [usual] : others.toSorted();
  for (const file of files) {
    const { text, problems } = (await textOf(folder, file)) ?? { text: "", problems: [] };
    const documents = splitDocuments(text);
    const found = documents.find((one) => WORKSHOP_KIND.test(one.text));
    const document = found ?? (file === usual ? documents[0] : undefined);
    if (document) return withProblems(readText(document, { file, schema: educatesResourceSchema }), problems);
  }
  return nothingOf(usual);
}

const WORKSHOP_KIND = /^kind:[ \t]*["']?Workshop["']?[ \t]*(?:#.*)?$/m;

function readText<Schema extends z.ZodType>(
  { text, firstLine }: { text: string; firstLine: number },
  { file, schema }: { file: string; schema: Schema },
): WorkshopFile<z.infer<Schema>> {
  try {
    return fitted(readYaml(text), { file, schema, firstLine });
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    const plain = withoutTemplate(text);
    const rest = plain === undefined ? undefined : readRest(plain, { file, schema, firstLine });
    if (!rest) return nothingOf(file, [unreadable(file, error, { text, firstLine })]);
    const told = templateProblem(file, error.line + firstLine - 1, "what it fills in");
    return { ...rest, problems: [told, ...rest.problems] };
  }
}

/** What of a template is a file by itself; `undefined` where that does not fit. */
function readRest<Schema extends z.ZodType>(
  text: string,
  where: { file: string; schema: Schema; firstLine: number },
): WorkshopFile<z.infer<Schema>> | undefined {
  try {
    const rest = fitted(readYaml(text), where);
    return rest.value === undefined ? undefined : rest;
  } catch (error) {
    if (!(error instanceof YamlProblem)) throw error;
    return undefined;
  }
}

/** What of the file fits; the rest is told, and nothing but that is lost. */
function fitted<Schema extends z.ZodType>(
  { value, lineOf }: YamlValue,
  { file, schema, firstLine }: { file: string; schema: Schema; firstLine: number },
): WorkshopFile<z.infer<Schema>> {
  const lineIn = (path: readonly PropertyKey[]): number => (lineOf(path) ?? 1) + firstLine - 1;
  const read = fittingParts(schema, value ?? {});
  const problems = read.left.map(({ issue, part }) =>
    problemOf(
      file,
      lineIn(issue.path),
      `The file does not fit: ${issueText([issue])}; ${lossText(read, part)}`,
    ),
  );
  const { value: fits, writtenPath } = read;
  return { file, value: fits, lineOf: (path) => lineIn(writtenPath(path)), writtenPath, problems };
}

function lossText({ value }: { value?: unknown }, part: readonly PropertyKey[]): string {
  return value === undefined
    ? "defaults are taken for all of it"
    : `${placeOf(part)} is left out, and nothing else`;
}

/** A definition that another program completes is YAML only afterwards. */
function unreadable(
  file: string,
  error: YamlProblem,
  { text, firstLine }: { text: string; firstLine: number },
): LabProblem {
  const line = error.line + firstLine - 1;
  const written = text.split("\n")[error.line - 1] ?? "";
  const isTemplate = written.includes("{{") || /^[ \t]*\{\{/m.test(text);
  if (!isTemplate)
    return problemOf(
      file,
      line,
      `The file cannot be read: ${error.message}; defaults are taken for all of it`,
    );
  return templateProblem(file, line, "all of it");
}

function templateProblem(file: string, line: number, what: string): LabProblem {
  return {
    ...problemOf(file, line, `The file is a template of another program; defaults are taken for ${what}`),
    severity: "warning",
    fidelity: "approximated",
    fix: "Give the file that the template comes to",
  };
}

function problemOf(file: string, line: number, message: string): LabProblem {
  return { severity: "error", rule: "workshop-file", file, line, message, fix: "Correct the file" };
}

/** 1 MiB: what is larger is no definition; readers say so by the number of its characters. */
const MAX_BYTES = 1024 * 1024;

async function textOf(folder: string, file: string): Promise<LabText | undefined> {
  const path = join(folder, file);
  if (!(await isReallyWithin(folder, path))) return undefined;
  // What is not there, and a folder or a pipe of that name, is no file.
  const read = await readRegularFile(path, MAX_BYTES).catch(() => undefined);
  return read && labText(read.content);
}
