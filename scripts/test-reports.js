import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** Of why a test failed, as much as tells where to look; the rest stands where it ran. */
const REASON_LINES = 8;
const REASON_COLUMNS = 300;

/** Reads vitest's JSON report; one that cannot be read is a report that failed. */
export function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    process.stderr.write(`failed: ${path} has no report: ${error.message}\n`);
    return { success: false, testResults: [], numPassedTests: 0, numFailedTests: 0, numPendingTests: 0 };
  }
}

/** What no test caught while the report's tests ran; `unhandled-errors.js` writes it beside the report. */
export function errorsBeside(path) {
  const file = path.replace(/\.json$/, "-errors.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
}

/** Where the report of the files that failed and ran once more by themselves is; undefined where they did not. */
export function secondReportPath(path) {
  const second = path.replace(/\.json$/, "-again.json");
  return existsSync(second) ? second : undefined;
}

/** The names of what failed in the report: tests after their files, and files of which no test did. */
export function failuresIn({ testResults }) {
  return testResults
    .filter(({ status }) => status === "failed")
    .flatMap((file) => {
      const failed = testsOf(file, "failed");
      return failed.length > 0 ? failed : [fileNameOf(file)];
    });
}

/** The names of what passed in the report, as `failuresIn` has them. */
export function passesIn({ testResults }) {
  return testResults.flatMap((file) => [
    ...testsOf(file, "passed"),
    ...(file.status === "passed" ? [fileNameOf(file)] : []),
  ]);
}

/** The first lines of why each failed, by the names that `failuresIn` has. */
export function reasonsIn({ testResults }) {
  return new Map(
    testResults.flatMap((file) => [
      [fileNameOf(file), beginning(file.message)],
      ...file.assertionResults
        .filter(({ status }) => status === "failed")
        .map((test) => [nameOf(file, test), beginning(test.failureMessages?.[0])]),
    ]),
  );
}

/** The lines of a message that tell where to look. */
export function beginning(message = "") {
  const lines = stripVTControlCharacters(message).split("\n", REASON_LINES);
  return lines.map((line) => line.slice(0, REASON_COLUMNS)).join("\n");
}

function testsOf(file, wanted) {
  return file.assertionResults.filter(({ status }) => status === wanted).map((test) => nameOf(file, test));
}

function nameOf(file, { fullName }) {
  return `${fileNameOf(file)}: ${fullName}`;
}

export function fileNameOf({ name }) {
  return relative(process.cwd(), name);
}
