import type { KubernetesObject } from "@kubernetes/client-node";

import { ENGINE_NAMES } from "../common/engine-names.js";
import { refusalOf } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";

/** Changing it makes a workload's controller try again at once. */
const NUDGED_ANNOTATION = "policy.lectern.dev/nudged-at";

interface Workload extends KubernetesObject {
  spec?: { replicas?: number };
  status?: {
    replicas?: number;
    active?: number;
    completionTime?: string;
    currentNumberScheduled?: number;
    desiredNumberScheduled?: number;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

interface Kind {
  apiVersion: string;
  kind: string;
  isBlocked: (workload: Workload) => boolean;
}

const KINDS: Kind[] = [
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

/**
 * Touches the workloads whose pods may have been refused, so that their controllers try again at once instead of after a back-off of up to 16 minutes.
 * Nothing depends on it, so failures are logged, not thrown.
 */
export async function nudgeBlockedWorkloads(context: PolicyContext, namespace: string): Promise<void> {
  for (const kind of KINDS) {
    try {
      await nudgeKind(context, namespace, kind);
    } catch (error) {
      const reason = refusalOf(error)?.message ?? String(error);
      context.logger.warn({ namespace, kind: kind.kind, reason }, "blocked workloads could not be nudged");
    }
  }
}

async function nudgeKind({ client }: PolicyContext, namespace: string, kind: Kind): Promise<void> {
  const { apiVersion, isBlocked } = kind;
  const { items } = await client.objects.list<Workload>(apiVersion, kind.kind, namespace);
  const annotations = { [NUDGED_ANNOTATION]: new Date().toISOString() };
  for (const { metadata } of items.filter(isBlocked)) {
    const patch = {
      apiVersion,
      kind: kind.kind,
      metadata: { name: metadata?.name ?? "", namespace, annotations },
    };
    const mergePatch = "application/merge-patch+json";
    await client.objects.patch(patch, undefined, undefined, "lectern-policy", undefined, mergePatch);
  }
}
