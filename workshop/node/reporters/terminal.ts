import type { CheckResult } from "../../common/api.js";
import type { Mutant, ValidatedStep, ValidationReport } from "../validation-report.js";
import { keptWithin } from "./kept-within.js";

/** Lines for a person: each step, what failed and why, and the sum. */
export function terminalReport(report: ValidationReport): string {
  const pages = [...new Set(report.steps.map(({ page }) => page))];
  const lines = pages.flatMap((page) => {
    const steps = report.steps.filter((step) => step.page === page);
    return [...steps.slice(0, 1).map(terminalHeading), ...steps.flatMap(terminalStep), ""];
  });
  const problems = report.problems.map(
    ({ severity, file, line, message, fix }) => `${severity}: ${file}:${line}: ${message}. ${fix}.`,
  );
  const asides = [problems, mutation(report), kept(report)].flatMap((aside) =>
    aside.length > 0 ? [...aside.map((line) => keptWithin(line, "    ")), ""] : [],
  );
  return [...lines, ...asides, keptWithin(summary(report), "    "), ""].join("\n");
}

/** What stands above the steps of a page. */
export function terminalHeading({ pageTitle, file }: Pick<ValidatedStep, "pageTitle" | "file">): string {
  return keptWithin(`${pageTitle} (${file})`, "  ");
}

/** Where that is which shows what a step that failed has left. */
function kept({ objects = [], pictures = [] }: ValidationReport): string[] {
  return [
    ...objects.map((file) => `The objects of the namespace, when the first step had failed, are in ${file}`),
    ...pictures.map((file) => `What the page looked like, when the first step had failed, is in ${file}`),
  ];
}

/** What of the lab nobody would miss. */
function mutation({ mutants }: ValidationReport): string[] {
  if (mutants === undefined) return [];
  const spare = mutants.filter(({ isMissed }) => !isMissed);
  const missed = `${mutants.length - spare.length} of ${mutants.length} commands are missed when they do nothing.`;
  const lines = spare.map(({ file, line, text }) => `  ${file}:${line}: ${firstLine(text)}`);
  return spare.length === 0 ? [missed] : [`${missed} Nobody would miss:`, ...lines];
}

/** One left-out command as its line, for progress. */
export function terminalMutant({ isMissed, missedBy, file, line, text }: Mutant): string {
  const by = missedBy === undefined ? "" : `  (by line ${missedBy.line} of ${missedBy.file})`;
  const verdict = isMissed ? "missed" : "NOT MISSED";
  return keptWithin(`  ${verdict.padEnd(10)}  ${file}:${line}  ${firstLine(text)}${by}`, "    ");
}

const BELOW_STEP = " ".repeat(15);
const SIGNS = { passed: "ok     ", failed: "FAILED ", skipped: "skipped", "stand-in": "stand-in" } as const;

/** One step as its lines, for progress while the lab still runs. */
export function terminalStep(step: ValidatedStep): string[] {
  const head = `  ${SIGNS[step.state].padEnd(8)} ${String(step.step).padStart(3)}  ${firstLine(step.text)}${step.durationMs > 0 ? `  (${seconds(step.durationMs)})` : ""}`;
  const checks = (step.result?.checks ?? []).map((check) => `${BELOW_STEP}${checkLine(check)}`);
  const isSaid = step.result?.checks.some(({ state }) => state === "failed");
  const why = step.message && step.state !== "passed" && !isSaid ? [`${BELOW_STEP}${step.message}`] : [];
  const output = step.state === "failed" ? indented(step.result?.output ?? "") : [];
  return [...[head, ...checks, ...why].map((line) => keptWithin(line, BELOW_STEP)), ...output];
}

/** What was seen matters where it is not what was wanted, and where a policy speaks. */
function checkLine({ state, text, detail }: CheckResult): string {
  if (state === "passed") return detail?.startsWith("Policy ") ? `ok: ${text}: ${detail}` : `ok: ${text}`;
  if (state === "before") return `was so before: ${text}`;
  return `FAILED: ${text}${detail ? `: ${detail}` : ""}`;
}

function summary(report: ValidationReport): string {
  const count = (state: ValidatedStep["state"]): number =>
    report.steps.filter((step) => step.state === state).length;
  const errors = report.problems.filter(({ severity }) => severity === "error").length;
  const parts = [`${count("passed")} passed`, `${count("failed")} failed`, `${count("skipped")} skipped`];
  const lint = errors > 0 ? [`${errors} ${errors === 1 ? "error" : "errors"} in the text`] : [];
  return `${report.title}: ${report.outcome} in ${seconds(report.durationMs)} (${[...parts, ...lint].join(", ")})`;
}

/** The last ten lines of a failed command show why; the recording has the rest. */
const OUTPUT_LINES = 10;

function indented(output: string): string[] {
  const lines = output.trimEnd().split("\n").slice(-OUTPUT_LINES);
  return lines.filter((line) => line.trim() !== "").map((line) => `${BELOW_STEP}| ${line.trimEnd()}`);
}

function firstLine(text: string): string {
  const [first = "", ...rest] = text.split("\n");
  return rest.length > 0 ? `${first} ...` : first;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
