import type { KubernetesObject, V1PodSpec } from "@kubernetes/client-node";

import { ENGINE_NAMES } from "../common/engine-names.js";
import type { PolicyContext } from "./context.js";

export interface Workload extends KubernetesObject {
  spec?: { replicas?: number; template?: { spec?: V1PodSpec } };
  status?: {
    replicas?: number;
    active?: number;
    completionTime?: string;
    currentNumberScheduled?: number;
    desiredNumberScheduled?: number;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

export interface WorkloadKind {
  apiVersion: string;
  kind: string;
  isBlocked: (workload: Workload) => boolean;
}

/** A namespace of a lab has a handful; more than this no person waits for. */
const MAX_WORKLOADS = 500;

/** The kinds whose controllers make pods and try again when one is refused. */
export const WORKLOAD_KINDS: readonly WorkloadKind[] = [
  {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    isBlocked: ({ status }) =>
      (status?.conditions ?? []).some(
        ({ type, status: value, message }) =>
          type === "ReplicaFailure" && value === "True" && (message ?? "").includes(ENGINE_NAMES.enforce),
      ),
  },
  {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    isBlocked: ({ spec, status }) => (status?.replicas ?? 0) < (spec?.replicas ?? 1),
  },
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    isBlocked: ({ status }) => (status?.currentNumberScheduled ?? 0) < (status?.desiredNumberScheduled ?? 0),
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    isBlocked: ({ status }) => !status?.active && status?.completionTime === undefined,
  },
];

/** The workloads of one kind whose pods may have been refused; only a ReplicaSet says that it was by a policy. Throws what the client throws. */
export async function listBlockedWorkloads(
  { client }: PolicyContext,
  namespace: string,
  { apiVersion, kind, isBlocked }: WorkloadKind,
): Promise<Workload[]> {
  const none = undefined;
  const { items } = await client.objects.list<Workload>(
    apiVersion,
    kind,
    namespace,
    none,
    none,
    none,
    none,
    none,
    MAX_WORKLOADS,
  );
  return items.filter(isBlocked);
}
