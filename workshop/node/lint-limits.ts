import type { Lab, LabProblem } from "../common/lab.js";
import { limitsAbove, type LimitName, type ShellLimits } from "../common/shell-limits.js";
import { budgetLimits } from "./session-shell-limits.js";

/** The limits that the lab asks for and does not get; the operator's are compared with where they are known. */
export function refusedLimits(lab: Lab, operators: ShellLimits = {}): LabProblem[] {
  const { limits = {}, budget } = lab;
  const names = new Set(limitsAbove(limits, budgetLimits(budget)));
  return [
    ...[...names].map((name) =>
      problemOf(name, `the budget ${budget} gives less`, `Ask for less, or for a larger budget`),
    ),
    ...limitsAbove(limits, operators)
      .filter((name) => !names.has(name))
      .map((name) =>
        problemOf(
          name,
          "the operator gives less",
          `Ask for less, or start Lectern with a larger --session-limits ${name}=…`,
        ),
      ),
  ];
}

function problemOf(name: LimitName, why: string, fix: string): LabProblem {
  return {
    severity: "warning",
    rule: "limits",
    file: "workshop.yaml",
    line: 1,
    message: `The lab asks for ${name} under "limits" that its sessions do not get: ${why}`,
    fix,
  };
}
