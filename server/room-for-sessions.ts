import { defaultContainerLimits } from "../containers/node/container-limits.js";
import { missingForContainers } from "../containers/node/requirements.js";
import type { KubernetesClient } from "../kubernetes/node/kubernetes-client.js";
import { shellPodDemand } from "../pods/node/shell-resources.js";
import {
  boundedLimits,
  defaultSessionLimits,
  type SessionLimits,
} from "../terminal/common/session-limits.js";
import { type CapacityReport, capacityReport } from "../workshop/common/capacity.js";
import type { Lab } from "../workshop/common/lab.js";
import { nodeCapacity } from "../workshop/node/node-capacity.js";
import { shellLimitsOf } from "../workshop/node/session-shell-limits.js";
import { machineCapacity } from "./machine-capacity.js";

/** Where sessions would run. */
export interface SessionPlace {
  /** Data directory of the server. */
  data: string;
  /** What each session may use, where it is not the default. */
  limits?: Partial<SessionLimits> | undefined;
  /** Whether each has a pod for its shells. */
  hasPods: boolean;
  /** The cluster whose nodes their pods run on; absent for the embedded one. */
  client?: KubernetesClient | undefined;
}

/** What pods of the embedded cluster take: as much as learners start, which nobody knows before. */
function embeddedCapacity(): { resources: []; notes: string[] } {
  const { podsOfNamespace, ofNamespace } = defaultContainerLimits;
  const missing = missingForContainers();
  const note =
    missing === undefined || missing.what === "root"
      ? `A server that runs as root runs small containers on this machine, and what learners start in their pods is not counted: those of a session may take ${ofNamespace.memoryBytes / 1024 / 1024} MiB together, in ${podsOfNamespace} pods.`
      : "The embedded cluster runs no containers: pods of sessions take nothing of this machine.";
  return { resources: [], notes: [note] };
}

/** Whether there is room for so many sessions of the lab beyond what runs now, and which resource ends first. Throws KubernetesError. */
export async function roomForSessions(
  lab: Lab,
  sessions: number,
  { data, limits, hasPods, client }: SessionPlace,
): Promise<CapacityReport> {
  const each = boundedLimits({ ...defaultSessionLimits, ...limits }, shellLimitsOf(lab));
  const shell = hasPods ? shellPodDemand(each, lab.home === "persistent") : undefined;
  const [machine, nodes] = await Promise.all([
    hasPods ? [] : machineCapacity(data, each),
    client === undefined ? embeddedCapacity() : nodeCapacity(client, lab, shell),
  ]);
  return capacityReport({ lab: lab.name, sessions, notes: nodes.notes }, [...machine, ...nodes.resources]);
}
