import type { ValidatedStep, ValidationReport } from "../validation-report.js";

/** TAP version 14: one test point for each step and each error of the text. */
export function tapReport(report: ValidationReport): string {
  const errors = report.problems.filter(({ severity }) => severity === "error");
  const points = [
    ...report.steps.map((step, at) => point(step, at + 1)),
    ...errors.map(
      ({ file, line, message, fix }, at) =>
        `not ok ${report.steps.length + at + 1} - ${clean(`${file}:${line} ${message}`)}${details({ message: fix })}`,
    ),
  ];
  return ["TAP version 14", `1..${points.length}`, ...points, ""].join("\n");
}

function point(step: ValidatedStep, number: number): string {
  const skip = step.state === "skipped" ? ` # SKIP ${clean(step.message ?? "")}` : "";
  const verdict = step.state === "failed" ? "not ok" : "ok";
  const at = {
    message: step.message ?? "failed",
    file: `${step.file}:${step.line}`,
    output: step.result?.output ?? "",
  };
  return `${verdict} ${number} - ${clean(`${step.page} ${step.step}: ${step.text}`)}${skip}${step.state === "failed" ? details(at) : ""}`;
}

/** YAML takes JSON strings as they are. */
function details(fields: Record<string, string>): string {
  const lines = Object.entries(fields).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`);
  return ["", "  ---", ...lines, "  ..."].join("\n");
}

function clean(text: string): string {
  return text.replace(/\s+/g, " ").replaceAll("#", "\\#").trim();
}
