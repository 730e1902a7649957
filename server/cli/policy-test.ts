import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import type { EffectivePolicy } from "../../policy/common/effective.js";
import { lintPolicy } from "../../policy/common/lint.js";
import {
  type Circumstances,
  type JudgedObject,
  judgeObjects,
  type Outcome,
  OUTCOMES,
} from "../../policy/node/offline/judge-objects.js";
import {
  type OfflineDocument,
  type OfflineObject,
  type OfflineObjects,
  OfflineProblem,
  readOfflineObjects,
} from "../../policy/node/offline/offline-objects.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { ExitWith, exitStatus } from "./program.js";
import { readBounded, readStandardInput } from "./standard-input.js";
import { terminalText } from "./terminal-text.js";
import { policyLines } from "./verdict-lines.js";

/** How `lectern policy test` tells what it found. */
export const TEST_FORMATS = ["text", "json", "yaml"] as const;

export interface PolicyTestFlags {
  image?: string[];
  namespace: string;
  workspaceName?: string;
  at?: string;
  output: (typeof TEST_FORMATS)[number];
}

/** What is printed with `-o json`. */
interface TestReport {
  isAsExpected: boolean;
  counts: Record<Outcome, number>;
  objects: JudgedObject[];
  /** What is hardly meant in the policies themselves. */
  warnings: { policy: string; message: string }[];
}

/**
 * Judges what files hold by the policies among them and prints the outcome. Throws `ExitWith` where an object is not what is expected of it, and
 * SERVER_USAGE where the files cannot be judged.
 */
export async function testPolicies(files: readonly string[], flags: PolicyTestFlags): Promise<void> {
  const report = await asUsage(async () => {
    const found = readOfflineObjects((await Promise.all(files.map(readDocuments))).flat());
    found.objects.push(...(flags.image ?? []).map(imageAlone));
    refuseEmpty(found);
    return reportOf(found, circumstancesOf(flags));
  });
  await print(report, flags.output);
  if (!report.isAsExpected) throw new ExitWith(exitStatus.failed);
}

async function asUsage<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OfflineProblem) throw new ServerError(serverErrorCodes.usage, error.message);
    throw error;
  }
}

function circumstancesOf({ namespace, workspaceName, at }: PolicyTestFlags): Circumstances {
  const moment = at === undefined ? new Date() : new Date(at);
  if (Number.isNaN(moment.getTime()))
    throw new OfflineProblem(
      `expected a time such as 2030-01-31T12:00:00Z after --at, and "${String(at)}" came`,
    );
  const now = moment.toISOString().replace(/\.\d+Z$/, "Z");
  return { namespace, now, ...(workspaceName !== undefined && { workspace: workspaceName }) };
}

/** A test that judges nothing, or by nothing, would pass whatever the files were to hold. */
function refuseEmpty({ policies, objects }: OfflineObjects): void {
  if (policies.length === 0)
    throw new OfflineProblem("no image policy is in the files; give one with -f policy.yaml");
  if (objects.length === 0)
    throw new OfflineProblem(
      "nothing in the files has images, such as a Pod or a Deployment; give it with -f pod.yaml, or say --image nginx:1.27",
    );
}

function imageAlone(image: string): OfflineObject {
  const images = [{ container: "", kind: "container" as const, image }];
  const place = "--image";
  return { place, apiVersion: "", kind: "Image", name: image, annotations: {}, images, workloads: [] };
}

function reportOf(found: OfflineObjects, circumstances: Circumstances): TestReport {
  const objects = judgeObjects(found, circumstances);
  const count = (outcome: Outcome) => objects.filter((object) => object.outcome === outcome).length;
  return {
    isAsExpected: objects.every(({ isAsExpected }) => isAsExpected),
    counts: { admitted: count("admitted"), warned: count("warned"), refused: count("refused") },
    objects,
    warnings: [
      ...found.policies.flatMap((policy) => warningsOf(policy, found.policies)),
      ...found.strayExceptions.map(strayWarning),
    ],
  };
}

function warningsOf(policy: EffectivePolicy, all: EffectivePolicy[]): TestReport["warnings"] {
  const others = all.filter((other) => other !== policy);
  return lintPolicy(policy, others).map(({ rule, message }) => ({
    policy: policy.name,
    message: rule === undefined ? message : `rule ${String(rule + 1)}: ${message}`,
  }));
}

function strayWarning({
  name,
  policy,
  workspace,
}: OfflineObjects["strayExceptions"][number]): TestReport["warnings"][number] {
  const place = workspace === undefined ? "of the organization" : `of workspace ${workspace}`;
  return { policy, message: `the exception ${name} is from it, and no policy ${place} is called so here` };
}

async function print(report: TestReport, format: PolicyTestFlags["output"]): Promise<void> {
  for (const { policy, message } of format === "text" ? report.warnings : [])
    process.stderr.write(terminalText(`warning: policy ${policy}: ${message}\n`));
  if (format === "json") process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else if (format === "yaml") process.stdout.write((await import("yaml")).stringify(report));
  else process.stdout.write(terminalText(`${inWords(report)}\n`));
}

function inWords({ objects, counts }: TestReport): string {
  const told = OUTCOMES.map((outcome) => `${String(counts[outcome])} ${outcome}`).join(", ");
  const wrong = objects.filter(({ isAsExpected }) => !isAsExpected).length;
  const end = wrong === 0 ? "All as expected." : `${String(wrong)} not as expected.`;
  return [...objects.flatMap(objectLines), `${told}. ${end}`].join("\n");
}

const OUTCOME_WORDS: Record<Outcome, string> = {
  admitted: "admitted",
  warned: "admitted, and refused were it not for a dry run",
  refused: "refused",
};

function objectLines(object: JudgedObject): string[] {
  const { place, kind, name, namespace, outcome, expected, isAsExpected, images, notSelected } = object;
  const what = kind === "Image" ? `image ${name}` : `${kind.toLowerCase()}/${name} (${place})`;
  const wanted = expected === undefined || isAsExpected ? "" : `, and expected to be ${expected}`;
  const head = `${isAsExpected ? "ok" : "FAILED"}  ${what} in namespace ${namespace}: ${OUTCOME_WORDS[outcome]}${wanted}`;
  const failing = images.flatMap(({ container, verdict }) => {
    const lines = verdict.policies.filter(({ passed }) => !passed).flatMap(policyLines);
    const of = container === "" ? "" : ` (container ${container})`;
    return lines.length === 0 ? [] : [`  ${verdict.image}${of}`, ...lines.map((line) => `  ${line}`)];
  });
  const kept =
    notSelected.length === 0
      ? []
      : [`  the labels of namespace ${namespace} keep off it: ${notSelected.join(", ")}`];
  return [head, ...failing, ...kept];
}

/** Every YAML and JSON file of a folder, without those below it; one file; or standard input. */
async function readDocuments(file: string): Promise<OfflineDocument[]> {
  if (file === "-") return parse("standard input", await readInput());
  const found = await stat(file).catch((error: unknown) => {
    throw new OfflineProblem(`${file} cannot be read: ${(error as Error).message}`);
  });
  if (!found.isDirectory()) return parse(file, await readText(file, file));
  const names = (await readdir(file)).filter((name) => /\.(?:ya?ml|json)$/.test(name)).toSorted();
  const documents: OfflineDocument[] = [];
  for (const name of names)
    documents.push(...(await parse(join(file, name), await readText(join(file, name), name))));
  return documents;
}

async function readInput(): Promise<string> {
  try {
    return await readStandardInput();
  } catch (error) {
    throw new OfflineProblem(`standard input cannot be read: ${(error as Error).message}`);
  }
}

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readBounded(createReadStream(file));
  } catch (error) {
    throw new OfflineProblem(`${what} cannot be read: ${(error as Error).message}`);
  }
}

async function parse(place: string, text: string): Promise<OfflineDocument[]> {
  const json = jsonIn(text);
  if (json !== undefined) return [{ place, content: json }];
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(text, { merge: true });
  if ("empty" in documents) return [];
  return documents.map((document, index) => {
    const [problem] = document.errors;
    const where = documents.length === 1 ? place : `${place}, document ${String(index + 1)}`;
    if (problem) throw new OfflineProblem(`${where} is not YAML: ${problem.message}`);
    try {
      return { place: where, content: document.toJS() as unknown };
    } catch (error) {
      throw new OfflineProblem(`${where} is not YAML: ${(error as Error).message}`);
    }
  });
}

/** JSON is YAML too, but of ten megabytes YAML would take half a minute. */
function jsonIn(text: string): unknown {
  if (!text.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
