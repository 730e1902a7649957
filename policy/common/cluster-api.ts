import type { Meta } from "./tmc-api.js";

/** A cluster as the policy API shows it. */
export interface ClusterView {
  fullName: { managementClusterName: "attached"; provisionerName: "attached"; name: string };
  meta: Meta;
  /** `server` is absent on the home cluster, which holds the policies themselves. */
  spec: { clusterGroupName: "default"; server?: string };
  status: {
    /** PENDING from the registration until the policies are in force for the first time. */
    phase: "READY" | "PENDING" | "ERROR";
    health: "HEALTHY" | "UNHEALTHY" | "DISCONNECTED" | "UNKNOWN";
    kubernetesVersion?: string;
    message?: string;
    sync: ClusterSync;
  };
}

/**
 * How far a cluster is with the policies: `InForce` at `version`; `Behind` what is stored by now; `Syncing` where it is being brought up after it was
 * attached or away; `Unreachable` since then, where the policies it had last stay in force.
 */
export const SYNC_STATES = ["InForce", "Behind", "Syncing", "Unreachable"] as const;

export type SyncState = (typeof SYNC_STATES)[number];

export interface ClusterSync {
  state: SyncState;
  /** The resourceVersion of the home cluster as of which the policies in force were read; absent where none ever were. */
  version?: string;
  /** When the state began; ISO 8601, to the second. Absent where that is not known. */
  since?: string;
  /** Attached namespaces in which they are in force. */
  namespaces?: number;
  /** Why it is not in force. */
  message?: string;
}

export interface ClusterList {
  clusters: ClusterView[];
  totalCount: string;
}
