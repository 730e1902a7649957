import { terminalHeading, terminalReport, terminalStep } from "../../workshop/node/reporters/terminal.js";
import type { ValidatedStep, ValidationReport } from "../../workshop/node/validation-report.js";

/** Writes each step when it is done, under the heading of its page. */
export function liveLines(stream: { write(text: string): unknown }): (step: ValidatedStep) => void {
  let page = "";
  return (step) => {
    const heading = step.page === page ? [] : [`${page === "" ? "" : "\n"}${terminalHeading(step)}`];
    page = step.page;
    stream.write(`${[...heading, ...terminalStep(step)].join("\n")}\n`);
  };
}

/** What the terminal report has after its steps: the problems of the text, what nobody would miss, where objects are kept, and the sum. */
export function summaryOf(report: ValidationReport): string {
  const sections = terminalReport(report).trimEnd().split("\n\n");
  const asides = [
    report.problems.length > 0,
    report.mutants !== undefined,
    report.objects !== undefined || report.pictures !== undefined,
  ].filter(Boolean).length;
  const kept = sections.slice(-1 - asides);
  return `\n${kept.join("\n\n")}\n`;
}
