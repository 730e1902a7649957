import type { MemberStanding } from "./member-clients.js";
import type { ManagedClusterObject } from "../records.js";

/** Which of the members a fleet keeps in step, where several servers run one. */
export interface FleetShare {
  includes(member: ManagedClusterObject): boolean;
  /** Whether another keeps it at this moment, as `MemberStanding` says; asked before each turn. */
  isKept(member: ManagedClusterObject): Promise<boolean>;
}

/** All there are, of a server that has nobody beside it. */
export const WHOLE_FLEET: FleetShare = { includes: () => true, isKept: () => Promise.resolve(false) };

/**
 * Of the server that leads: the members that organizations brought, whose kubeconfigs are in the cluster. Those that the operator gives are kept by one of the
 * servers that were given the kubeconfig; of one that nobody keeps, somebody has to say so.
 */
export function shareOfLeader(
  given: ReadonlyMap<string, unknown>,
  isKept: MemberStanding["isKept"],
): FleetShare {
  return {
    includes: ({ spec }) => spec.member?.operator === undefined || !given.has(spec.member.operator),
    isKept: async ({ spec }) => spec.member?.operator !== undefined && (await isKept(spec.member.operator)),
  };
}

/** Of the one of those servers that keeps the members given under this name. */
export function shareOfGiven(operator: string): FleetShare {
  return { includes: ({ spec }) => spec.member?.operator === operator, isKept: () => Promise.resolve(false) };
}
