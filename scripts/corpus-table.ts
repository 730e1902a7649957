import { formatTable } from "../server/cli/table.js";
import type { FidelityCounts, FidelityReport } from "../workshop/common/fidelity-report.js";
import type { FoundLab } from "../workshop/node/import/labs-below.js";

/** What became of a lab: its report, or why it was not read. */
export type TriedLab = Pick<FoundLab, "form"> & { path: string } & (
    | { report: FidelityReport }
    | { unreadable: string }
  );

/** How many of the reasons are listed; what only one lab of a hundred asks for says little. */
const MAX_REASONS = 25;

/** The table over all labs: each lab, each action, what is lacking most, and the sums. */
export function corpusTable(labs: readonly TriedLab[]): string {
  const read = labs.flatMap((lab) => ("report" in lab ? [lab.report] : []));
  const unread = labs.flatMap((lab) => ("unreadable" in lab ? [`${lab.path}: ${lab.unreadable}`] : []));
  return [
    formatTable(LAB_HEAD, labs.map(labRow)),
    formatTable(["action", ...COUNTS], actionRows(read)),
    formatTable(["what is not as on the original", "labs", "places"], reasonRows(read)),
    ...(unread.length > 0 ? [unread.join("\n")] : []),
    formatTable(FORM_HEAD, formRows(labs)),
  ]
    .map((part) => `${part}\n`)
    .join("\n");
}

const COUNTS = ["works", "approximated", "lacking", "wrong"] as const;
const LAB_HEAD = ["lab", "form", "pages", ...COUNTS, "errors", "session"];
const FORM_HEAD = ["form", "labs", "load", "without error", "session", "pages", "blocks", ...COUNTS];

function labRow(lab: TriedLab): string[] {
  if ("unreadable" in lab) return [lab.path, lab.form, "does not load"];
  const { pages, blocks, errors, session } = lab.report;
  const verdict = session.canBeMade ? (session.why.length > 0 ? "some clusters" : "yes") : "no";
  return [lab.path, lab.form, ...[pages, ...countsIn(blocks), errors].map(String), verdict];
}

function actionRows(reports: readonly FidelityReport[]): string[][] {
  const sums = new Map<string, number[]>();
  for (const { action, ...counts } of reports.flatMap(({ actions }) => actions))
    sums.set(action, added(sums.get(action), countsIn(counts)));
  return [...sums]
    .toSorted(([, one], [, other]) => total(other) - total(one))
    .map(([action, counts]) => [action, ...counts.map(String)]);
}

function reasonRows(reports: readonly FidelityReport[]): string[][] {
  const reasons = new Map<string, { labs: Set<FidelityReport>; places: number }>();
  for (const report of reports)
    for (const { message, fidelity } of report.problems) {
      if (fidelity === undefined) continue;
      const reason = reasons.get(generally(message)) ?? { labs: new Set(), places: 0 };
      reason.labs.add(report);
      reason.places++;
      reasons.set(generally(message), reason);
    }
  return [...reasons]
    .toSorted(([, one], [, other]) => other.labs.size - one.labs.size || other.places - one.places)
    .slice(0, MAX_REASONS)
    .map(([message, { labs, places }]) => [message, String(labs.size), String(places)]);
}

/** The same reason in two labs is one: without numbers of places and names of theirs. */
function generally(message: string): string {
  const [first = ""] = message.replaceAll(/\[\d+\]/g, "[]").split(/, the |: | names | brings /, 1);
  return first;
}

function formRows(labs: readonly TriedLab[]): string[][] {
  const forms = [...new Set(labs.map(({ form }) => form))].toSorted();
  const rows = forms.map((form) =>
    sumRow(
      form,
      labs.filter((lab) => lab.form === form),
    ),
  );
  return [...rows, sumRow("all", labs)];
}

function sumRow(title: string, labs: readonly TriedLab[]): string[] {
  const reports = labs.flatMap((lab) => ("report" in lab ? [lab.report] : []));
  const counts = reports.reduce<number[]>((sum, { blocks }) => added(sum, countsIn(blocks)), [0, 0, 0, 0]);
  const numbers = [
    labs.length,
    reports.length,
    reports.filter(({ errors }) => errors === 0).length,
    reports.filter(({ session }) => session.canBeMade).length,
    reports.reduce((sum, { pages }) => sum + pages, 0),
    total(counts),
    ...counts,
  ];
  return [title, ...numbers.map(String)];
}

function countsIn(counts: FidelityCounts): number[] {
  return COUNTS.map((name) => counts[name]);
}

function added(one: readonly number[] = [0, 0, 0, 0], other: readonly number[]): number[] {
  return other.map((count, at) => count + (one[at] ?? 0));
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
