import type { ValidationReport } from "../validation-report.js";
import { workflowCommand } from "./workflow-command.js";

/** Workflow commands that put each failure and each problem of the text on its line of the file. */
export function githubReport(report: ValidationReport): string {
  const failed = report.steps
    .filter(({ state }) => state === "failed")
    .map((step) =>
      workflowCommand(
        "error",
        { file: step.file, line: step.line, title: `Step ${step.step} of ${step.page} failed` },
        `${step.text}\n${step.message ?? ""}`,
      ),
    );
  const problems = report.problems.map(({ severity, rule, file, line, message, fix }) =>
    workflowCommand(severity, { file, line, title: rule }, `${message}. ${fix}.`),
  );
  const passed = report.steps.filter(({ state }) => state === "passed").length;
  const sum = `${report.title}: ${report.outcome}, ${passed} steps passed, ${failed.length} failed`;
  return [...failed, ...problems, workflowCommand("notice", {}, sum), ""].join("\n");
}
