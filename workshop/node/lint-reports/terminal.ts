import type { FidelityCounts, FidelityReport } from "../../common/fidelity-report.js";
import type { LabProblem } from "../../common/lab.js";
import { keptWithin } from "../reporters/kept-within.js";
import type { LintedLab } from "./linted-lab.js";

/** Lines for a person: each finding with its place and what to do, then what the lab comes to, and the sum. */
export function terminalLint(labs: readonly LintedLab[]): string {
  const lines = labs.flatMap((lab) => ("report" in lab ? labLines(lab.report) : [unreadableLine(lab)]));
  return lines.map((line) => `${keptWithin(line, "    ")}\n`).join("");
}

function unreadableLine({ path, unreadable }: Extract<LintedLab, { unreadable: unknown }>): string {
  return `${path}: error: ${unreadable.message} (${unreadable.code})`;
}

function labLines(report: FidelityReport): string[] {
  const { name, pages, errors, warnings, problems } = report;
  return [
    ...problems.flatMap(problemLines),
    ...(report.form === "hugo" || report.form === "classic" ? fidelityLines(report) : sessionLines(report)),
    `${name}: ${plural(pages, "page")}, ${plural(errors, "error")}, ${plural(warnings, "warning")}`,
  ];
}

function problemLines({ severity, rule, file, line, message, fix, fidelity }: LabProblem): string[] {
  const kind = fidelity === undefined ? severity : `${severity}, ${fidelity}`;
  return [`${file}:${String(line)}: ${kind}: ${message} (${rule})`, `    ${fix}`];
}

/** What of a workshop of another platform works, block by block, and of its definition. */
function fidelityLines(report: FidelityReport): string[] {
  const { blocks, actions, problems, missingApplications } = report;
  const ofDefinition = problems.filter(
    ({ action, fidelity }) => action === undefined && fidelity !== undefined,
  );
  const count = (fidelity: string): number =>
    ofDefinition.filter((problem) => problem.fidelity === fidelity).length;
  return [
    `  blocks      ${countWords(blocks)}`,
    ...actions.filter(isNotAllWell).map((action) => `    ${action.action.padEnd(32)} ${countWords(action)}`),
    `  besides     ${count("approximated")} approximated, ${count("lacking")} lacking`,
    ...(missingApplications.length > 0 ? [`  not here    ${missingApplications.join(", ")}`] : []),
    ...sessionLines(report, true),
  ];
}

function isNotAllWell({ approximated, lacking, wrong }: FidelityCounts): boolean {
  return approximated + lacking + wrong > 0;
}

function countWords({ works, approximated, lacking, wrong }: FidelityCounts): string {
  return `${works} work, ${approximated} approximated, ${lacking} lacking, ${wrong} wrong`;
}

function sessionLines({ session }: FidelityReport, isAlways = false): string[] {
  if (session.canBeMade && session.why.length === 0) return isAlways ? ["  session     can be made"] : [];
  const verdict = session.canBeMade ? "can be made on some clusters only" : "cannot be made";
  return [`  session     ${verdict}: ${session.why.join("; ")}`];
}

function plural(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? "" : "s"}`;
}
