import type { Meta } from "./tmc-api.js";

/** A cluster as the policy API shows it. */
export interface ClusterView {
  fullName: { managementClusterName: "attached"; provisionerName: "attached"; name: string };
  meta: Meta;
  /** `server` is absent on the home cluster, which holds the policies themselves. */
  spec: { clusterGroupName: "default"; server?: string };
  status: {
    /** PENDING from the registration until the policies are in force for the first time. */
    phase: "READY" | "PENDING" | "ERROR" | "DETACHING";
    health: "HEALTHY" | "UNHEALTHY" | "DISCONNECTED" | "UNKNOWN";
    kubernetesVersion?: string;
    message?: string;
    sync: ClusterSync;
  };
}

/**
 * How far a cluster is with the policies: `InForce` at `version`; `Behind` what is stored by now; `Syncing` where it is being brought up after it was
 * attached or away; `Unreachable` since then, where the policies it had last stay in force; `Detaching` until the engine was taken out of it.
 */
export const SYNC_STATES = ["InForce", "Behind", "Syncing", "Unreachable", "Detaching"] as const;

export type SyncState = (typeof SYNC_STATES)[number];

export interface ClusterSync {
  state: SyncState;
  /** The resourceVersion of the home cluster as of which the policies in force were read; absent where none ever were. */
  version?: string;
  /** When the state began; ISO 8601, to the second. Absent where that is not known. */
  since?: string;
  /** Attached namespaces in which they are in force. */
  namespaces?: number;
  /** Where the operator limits it, and it is not in step: from when on it admits no new pods to attached namespaces; ISO 8601, to the second. */
  admitsUntil?: string;
  /** Why it is not in force, or not detached yet. */
  message?: string;
}

export interface ClusterList {
  clusters: ClusterView[];
  totalCount: string;
}

/** What became of a cluster that was to be detached. */
export interface Detachment {
  /** `Detached` and cleared; `Detaching` until it can be cleared; `Forgotten` with what is in force there. */
  state: "Detached" | "Detaching" | "Forgotten";
  /** Why it is not cleared, and what stays behind; absent where nothing does. */
  message?: string;
}
