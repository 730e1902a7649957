import { quantityOf } from "../../kubernetes/node/quantity.js";
import { budgetOf } from "../common/budget.js";
import type { Lab } from "../common/lab.js";
import { leastLimits, type ShellLimits } from "../common/shell-limits.js";

/** What the shells of the lab's sessions may use: as the lab says, and no more than its budget. */
export function shellLimitsOf({ budget, limits = {} }: Pick<Lab, "budget" | "limits">): ShellLimits {
  return leastLimits(limits, budgetLimits(budget));
}

/** What a budget lets shells use; nothing is said where the lab brings its own. */
export function budgetLimits(name: Lab["budget"]): ShellLimits {
  const budget = budgetOf(name);
  if (!budget) return {};
  return {
    cpus: quantityOf(budget.cpu),
    memoryBytes: quantityOf(budget.memory),
    homeBytes: quantityOf(budget.volumeSize),
  };
}
