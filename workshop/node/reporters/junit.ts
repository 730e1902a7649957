import { escapeXml, seconds } from "./xml-text.js";
import type { LabProblem } from "../../common/lab.js";
import type { ValidatedStep, ValidationReport } from "../validation-report.js";

/** JUnit XML: a suite for each page, a case for each step, and a suite for the errors of the text. */
export function junitReport(report: ValidationReport): string {
  const pages = [...new Set(report.steps.map(({ page }) => page))];
  const suites = pages.map((page) =>
    suite(
      page,
      report.steps.filter((step) => step.page === page),
    ),
  );
  const errors = report.problems.filter(({ severity }) => severity === "error");
  const lint = errors.length > 0 ? [lintSuite(errors)] : [];
  const name = escapeXml(report.title);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${name}" time="${seconds(report.durationMs)}">`,
    ...suites,
    ...lint,
    "</testsuites>",
    "",
  ].join("\n");
}

function suite(page: string, steps: readonly ValidatedStep[]): string {
  const failures = steps.filter(({ state }) => state === "failed").length;
  const skipped = steps.filter(({ state }) => state === "skipped").length;
  const time = seconds(steps.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const head = `  <testsuite name="${escapeXml(page)}" tests="${steps.length}" failures="${failures}" skipped="${skipped}" errors="0" time="${time}">`;
  return [head, ...steps.map(testCase), "  </testsuite>"].join("\n");
}

function testCase(step: ValidatedStep): string {
  const name = escapeXml(`${step.step}: ${step.text}`);
  const head = `    <testcase classname="${escapeXml(step.page)}" name="${name}" file="${escapeXml(step.file)}" line="${step.line}" time="${seconds(step.durationMs)}"`;
  if (step.state === "failed") {
    const message = escapeXml(step.message ?? "failed");
    return `${head}>\n      <failure message="${message}">${escapeXml(step.result?.output ?? "")}</failure>\n    </testcase>`;
  }
  if (step.state === "skipped")
    return `${head}>\n      <skipped message="${escapeXml(step.message ?? "")}"/>\n    </testcase>`;
  return `${head}/>`;
}

function lintSuite(errors: readonly LabProblem[]): string {
  const cases = errors.map(
    ({ rule, file, line, message, fix }) =>
      `    <testcase classname="lint" name="${escapeXml(`${rule} ${file}:${line}`)}" file="${escapeXml(file)}" line="${line}" time="0">\n      <failure message="${escapeXml(message)}">${escapeXml(fix)}</failure>\n    </testcase>`,
  );
  return [
    `  <testsuite name="lint" tests="${errors.length}" failures="${errors.length}" skipped="0" errors="0" time="0">`,
    ...cases,
    "  </testsuite>",
  ].join("\n");
}
