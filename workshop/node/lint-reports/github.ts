import { workflowCommand } from "../reporters/workflow-command.js";
import { type LintedLab, findingsOf } from "./linted-lab.js";

/** Workflow commands that put each finding on its line of the file. */
export function githubLint(labs: readonly LintedLab[]): string {
  const commands = findingsOf(labs).map(({ severity, rule, file, line, message, fix }) =>
    workflowCommand(severity, { file, line, title: rule }, `${message}. ${fix}.`),
  );
  return commands.map((command) => `${command}\n`).join("");
}
