import { basename } from "node:path";
import type { LabSummary } from "../../workshop/common/api.js";
import { labelOf } from "../../workshop/common/page-name.js";
import { NO_OWN_CLUSTERS } from "../../workshop/node/session-cluster.js";
import type { Lab } from "../../workshop/common/lab.js";

/** What the cluster can do that not every cluster can. */
export interface ClusterAbilities {
  /** Whether pods run their containers; the embedded cluster runs none. */
  containers: boolean;
  /** Whether sessions may have a cluster of their own. */
  ownClusters: boolean;
}

/** A lab as the catalogue shows it. */
export function summarise(lab: Lab, abilities: ClusterAbilities): LabSummary {
  const unavailable = missingNeed(lab, abilities);
  return {
    name: lab.name,
    title: lab.title,
    description: lab.description,
    minutes: lab.minutes,
    ...(lab.workMinutes === undefined ? {} : { workMinutes: lab.workMinutes }),
    level: lab.level,
    pages: lab.pages.length,
    needs: lab.needs,
    ...(unavailable === undefined ? {} : { unavailable }),
    problems: lab.problems.filter(({ severity }) => severity === "error").length,
  };
}

/** A lab that is still being read, of which only the path is known. */
export function summariseUnread(path: string): LabSummary {
  const title = basename(path, ".md");
  return {
    name: labelOf(title),
    title,
    description: "",
    minutes: 0,
    level: "beginner",
    pages: 0,
    needs: [],
    problems: 0,
    isUnread: true,
  };
}

function missingNeed(lab: Lab, { containers, ownClusters }: ClusterAbilities): string | undefined {
  if (lab.cluster === "own" && !ownClusters) return `This lab ${NO_OWN_CLUSTERS}.`;
  if (!lab.needs.includes("containers") || containers) return undefined;
  return "This lab runs real containers, and this cluster runs none. Start Lectern with --kubeconfig for a cluster that does.";
}
