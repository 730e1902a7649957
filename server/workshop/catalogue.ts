import { basename } from "node:path";
import { catalogueNames, findImage } from "../../containers/images/catalogue.js";
import type { LabSummary } from "../../workshop/common/api.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../../workshop/common/errors.js";
import { labelOf } from "../../workshop/common/page-name.js";
import { NO_OWN_CLUSTERS } from "../../workshop/node/session-cluster.js";
import type { Lab } from "../../workshop/common/lab.js";

/** Which pods really run: those of any image, those whose images Lectern plays, or none. */
export type PodAbility = "any" | "played" | "none";

const ELSEWHERE = "Start Lectern with --kubeconfig for a cluster that runs any image";

/** What the cluster can do that not every cluster can. */
export interface ClusterAbilities {
  pods: PodAbility;
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
  const title = basename(path).replace(/\.(?:md|adoc)$/, "");
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

/** Throws LAB_UNAVAILABLE where the lab needs what is not to be had here. */
export function requireAvailable(lab: Lab, abilities: ClusterAbilities): void {
  const missing = missingNeed(lab, abilities);
  if (missing !== undefined) throw new WorkshopError(WORKSHOP_ERRORS.labUnavailable, missing);
}

/** Why the lab cannot be done here, in sentences; `undefined` where it can. */
export function missingNeed(lab: Lab, { pods, ownClusters }: ClusterAbilities): string | undefined {
  if (lab.cluster === "own" && !ownClusters) return `This lab ${NO_OWN_CLUSTERS}.`;
  // Pods of a session's own cluster run where those of Lectern's do.
  if (lab.needs.includes("containers") && lab.cluster === "own" && pods !== "played")
    return "This lab runs real containers, and pods of a cluster of your own are simulated here. Start Lectern without --kubeconfig, as root with bubblewrap and busybox-static installed.";
  if (pods === "any" && lab.cluster !== "own") return unplayedHere(lab);
  if (lab.needs.includes("containers") && pods === "none")
    return `This lab runs real containers, and pods are simulated here. ${ELSEWHERE}, or as root with bubblewrap and busybox-static installed.`;
  return missingImages(lab, pods);
}

/** Images of a lab's own are in no registry, and only Lectern plays them. */
function unplayedHere({ ownImages }: Lab): string | undefined {
  if (ownImages === undefined) return undefined;
  const names = ownImages.map(({ name }) => name).join(", ");
  return `This lab has images of its own, ${names}, which only Lectern's own cluster plays. Start Lectern without --kubeconfig.`;
}

function missingImages({ images = [], ownImages = [], cluster }: Lab, pods: PodAbility): string | undefined {
  const isSimulated = pods === "none" || (pods === "any" && cluster === "own");
  const own = ownImages.map(({ name }) => name);
  const missing = isSimulated
    ? [...images, ...own]
    : images.filter((name) => findImage(name).kind !== "runs");
  if (missing.length === 0) return undefined;
  const lab = `This lab's pods really run ${missing.join(", ")}`;
  if (isSimulated && cluster === "own")
    return `${lab}, and pods of a cluster of your own are simulated here.`;
  return pods === "none"
    ? `${lab}, and pods are simulated here. ${ownImages.length > 0 ? "Start Lectern" : `${ELSEWHERE}, or`} as root with bubblewrap and busybox-static installed.`
    : `${lab}, and Lectern plays only ${catalogueNames().join(", ")}. ${ELSEWHERE}.`;
}
