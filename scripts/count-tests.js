import {
  beginning,
  errorsBeside,
  failuresIn,
  fileNameOf,
  passesIn,
  readReport,
  reasonsIn,
  secondReportPath,
} from "./test-reports.js";

const SLOWEST = 10;

/**
 * Reads vitest's JSON reports given as arguments; prints the slowest files, each failed test and each that passed only when its file ran
 * once more by itself, both with the reason, and one closing line. Exits 1 where a test failed, a report is missing, or none ran.
 */
const paths = process.argv.slice(2);
const reports = paths.map(readReport);

printSlowest(reports.flatMap(({ testResults }) => testResults));
let passed = 0;
let failed = 0;
for (const [index, report] of reports.entries()) {
  const { broken, unsteady } = judge(report, secondReportPath(paths[index]));
  const reasons = reasonsIn(report);
  for (const name of broken) printFailure("failed", name, reasons);
  for (const name of unsteady) printFailure("unsteady, passed only by itself", name, reasons);
  const secondPath = secondReportPath(paths[index]);
  const errors = [paths[index], ...(secondPath === undefined ? [] : [secondPath])].flatMap(errorsBeside);
  for (const error of errors) printReason("failed: an error that no test caught", beginning(error));
  failed += errors.length;
  // A worker that did not end counts as one failed test.
  const isNameless = !report.success && broken.length + unsteady.length === 0;
  passed += report.numPassedTests + unsteady.length;
  failed += broken.length + (isNameless ? 1 : 0);
}
const skipped = reports.reduce((sum, report) => sum + report.numPendingTests + (report.numTodoTests ?? 0), 0);
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function judge(report, secondPath) {
  const failures = failuresIn(report);
  if (secondPath === undefined) return { broken: failures, unsteady: [] };
  const second = readReport(secondPath);
  const passes = new Set(passesIn(second));
  const broken = new Set([...failures.filter((name) => !passes.has(name)), ...failuresIn(second)]);
  return { broken: [...broken], unsteady: failures.filter((name) => !broken.has(name)) };
}

function printFailure(kind, name, reasons) {
  printReason(`${kind}: ${name}`, reasons.get(name) ?? "");
}

function printReason(what, reason) {
  process.stdout.write(`${what}\n`);
  if (reason !== "") process.stdout.write(`${reason.replace(/^/gm, "    ")}\n`);
}

function printSlowest(files) {
  const slowest = files.toSorted((left, right) => secondsOf(right) - secondsOf(left)).slice(0, SLOWEST);
  process.stdout.write("\nslowest files:\n");
  for (const file of slowest)
    process.stdout.write(`${secondsOf(file).toFixed(1).padStart(7)} s  ${fileNameOf(file)}\n`);
}

function secondsOf({ startTime, endTime }) {
  return (endTime - startTime) / 1000;
}
