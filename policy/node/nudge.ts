import { listBlockedWorkloads, WORKLOAD_KINDS, type WorkloadKind } from "./blocked-workloads.js";
import { refusalOf } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";

/** Changing it makes a workload's controller try again at once. */
const NUDGED_ANNOTATION = "policy.lectern.dev/nudged-at";

/**
 * Touches the workloads whose pods may have been refused, so that their controllers try again at once instead of after a back-off of up to 16 minutes.
 * Nothing depends on it, so failures are logged, not thrown.
 */
export async function nudgeBlockedWorkloads(context: PolicyContext, namespace: string): Promise<void> {
  const nudging = WORKLOAD_KINDS.map(async (kind) => {
    try {
      await nudgeKind(context, namespace, kind);
    } catch (error) {
      const reason = refusalOf(error)?.message ?? String(error);
      context.logger.warn({ namespace, kind: kind.kind, reason }, "blocked workloads could not be nudged");
    }
  });
  await Promise.all(nudging);
}

async function nudgeKind(context: PolicyContext, namespace: string, of: WorkloadKind): Promise<void> {
  const { apiVersion, kind } = of;
  const annotations = { [NUDGED_ANNOTATION]: new Date().toISOString() };
  for (const { metadata } of await listBlockedWorkloads(context, namespace, of)) {
    const patch = { apiVersion, kind, metadata: { name: metadata?.name ?? "", namespace, annotations } };
    const mergePatch = "application/merge-patch+json";
    await context.client.objects.patch(patch, undefined, undefined, "lectern-policy", undefined, mergePatch);
  }
}
