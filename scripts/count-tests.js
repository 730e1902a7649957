import { readFileSync } from "node:fs";
import { relative } from "node:path";

const SLOWEST = 10;

/**
 * Reads vitest's JSON reports given as arguments; prints the slowest files, each failed test, and one closing line. Exits 1 where
 * a test failed, a report is missing, or none ran.
 */
const reports = process.argv.slice(2).map(read);
const files = reports.flatMap(({ testResults = [] }) => testResults);

const slowest = files.toSorted((left, right) => secondsOf(right) - secondsOf(left)).slice(0, SLOWEST);
process.stdout.write("\nslowest files:\n");
for (const file of slowest)
  process.stdout.write(`${secondsOf(file).toFixed(1).padStart(7)} s  ${nameOf(file)}\n`);

for (const file of files.filter(({ status }) => status === "failed")) {
  const failed = file.assertionResults.filter(({ status }) => status === "failed");
  for (const { fullName } of failed) process.stdout.write(`failed: ${nameOf(file)}: ${fullName}\n`);
  if (failed.length === 0)
    process.stdout.write(`failed: ${nameOf(file)}: ${file.message.split("\n", 1)[0]}\n`);
}

const passed = sum(({ numPassedTests }) => numPassedTests);
// A file that could not be loaded, and a worker that did not end, count as one failed test each.
const failed = sum((report) => Math.max(report.numFailedTests, report.success ? 0 : 1));
const skipped = sum(({ numPendingTests, numTodoTests = 0 }) => numPendingTests + numTodoTests);
process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    process.stdout.write(`failed: ${file} has no report: ${error.message}\n`);
    return { success: false, numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  }
}

function secondsOf({ startTime, endTime }) {
  return (endTime - startTime) / 1000;
}

function nameOf({ name }) {
  return relative(process.cwd(), name);
}

function sum(count) {
  return reports.reduce((total, report) => total + count(report), 0);
}
