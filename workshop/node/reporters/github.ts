import type { ValidationReport } from "../validation-report.js";

/** Workflow commands that put each failure and each problem of the text on its line of the file. */
export function githubReport(report: ValidationReport): string {
  const failed = report.steps
    .filter(({ state }) => state === "failed")
    .map((step) =>
      command(
        "error",
        { file: step.file, line: step.line, title: `Step ${step.step} of ${step.page} failed` },
        `${step.text}\n${step.message ?? ""}`,
      ),
    );
  const problems = report.problems.map(({ severity, rule, file, line, message, fix }) =>
    command(severity, { file, line, title: rule }, `${message}. ${fix}.`),
  );
  const passed = report.steps.filter(({ state }) => state === "passed").length;
  const sum = `${report.title}: ${report.outcome}, ${passed} steps passed, ${failed.length} failed`;
  return [...failed, ...problems, command("notice", {}, sum), ""].join("\n");
}

function command(
  kind: "error" | "warning" | "notice",
  properties: Record<string, string | number>,
  message: string,
): string {
  const written = Object.entries(properties).map(
    ([name, value]) => `${name}=${escapeProperty(String(value))}`,
  );
  return `::${kind}${written.length > 0 ? ` ${written.join(",")}` : ""}::${escapeMessage(message)}`;
}

function escapeMessage(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
