import type { LabSummary } from "../../workshop/common/api.js";
import type { Lab } from "../../workshop/common/lab.js";
import { lintLab } from "../../workshop/node/lint-lab.js";

/** What the cluster can do that not every cluster can. */
export interface ClusterAbilities {
  /** Whether pods run their containers; the embedded cluster runs none. */
  containers: boolean;
}

/** Labs are read anew when their files change, so that a summary is good for as long as its lab is. */
const summaries = new WeakMap<Lab, LabSummary>();

/** A lab as the catalogue shows it; its pages are compiled for that once in the life of a lab. */
export function summarise(lab: Lab, abilities: ClusterAbilities): LabSummary {
  const summary = summaries.get(lab) ?? summaryOf(lab, abilities);
  summaries.set(lab, summary);
  return summary;
}

function summaryOf(lab: Lab, abilities: ClusterAbilities): LabSummary {
  const unavailable = missingNeed(lab, abilities);
  return {
    name: lab.name,
    title: lab.title,
    description: lab.description,
    minutes: lab.minutes,
    level: lab.level,
    pages: lab.pages.length,
    needs: lab.needs,
    ...(unavailable === undefined ? {} : { unavailable }),
    problems: lintLab(lab).filter((problem) => problem.severity === "error").length,
  };
}

function missingNeed(lab: Lab, { containers }: ClusterAbilities): string | undefined {
  if (!lab.needs.includes("containers") || containers) return undefined;
  return "This lab runs real containers, and this cluster runs none. Start Lectern with --kubeconfig for a cluster that does.";
}
