import type { Reporter, TestModule } from "vitest/node";
import type { StepCount } from "./step-count.js";

/** Prints, after the tests, how many commands of each area are the same on the embedded and on the real cluster, and what is known to differ. */
export class AreaTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const areas = new Map<string, StepCount>();
    const differences: string[] = [];
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const { parity } = test.meta();
      if (parity === undefined) continue;
      const area = test.parent.type === "suite" ? test.parent.name : test.module.moduleId;
      areas.set(area, sum([areas.get(area), parity]));
      if (parity.difference !== undefined) differences.push(parity.difference);
    }
    if (areas.size === 0) return;
    process.stdout.write(`\n${table(areas)}\n`);
    for (const difference of differences) process.stdout.write(`known to differ: ${difference}\n`);
  }
}

function sum(counts: (StepCount | undefined)[]): StepCount {
  const total = (field: "same" | "differs" | "refused"): number =>
    counts.reduce((so, count) => so + (count?.[field] ?? 0), 0);
  return { same: total("same"), differs: total("differs"), refused: total("refused") };
}

function table(areas: Map<string, StepCount>): string {
  const rows = [...areas].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lines = [...rows, ["all", sum(rows.map(([, count]) => count))] as const].map(
    ([area, { same, differs, refused }]) =>
      `| ${area} | ${same + differs + refused} | ${same} | ${differs} | ${refused} |`,
  );
  return ["| area | commands | same | differs | refused |", "|---|---|---|---|---|", ...lines].join("\n");
}
