import { setTimeout as sleep } from "node:timers/promises";
import { ClusterUnreachable, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";

/** Pause before who was away is asked again: a supervised process is started again within a second. */
const PAUSE_MS = 500;
/** What an API server answers that cannot answer just now. */
const BUSY_STATUSES = [429, 503, 504];
/** What terminals say of a host that does not answer. */
const HOST_LOST = "TERMINAL_HOST_LOST";
/** What policies and terminals say of a cluster and a host that do not answer. */
const AWAY_CODES = ["POLICY_CLUSTER_UNREACHABLE", HOST_LOST];

/** Whether the failure says nothing of what was asked: the cluster or the terminal host was away, and comes back. */
export function isAway(error: unknown): boolean {
  if (error instanceof ClusterUnreachable) return true;
  if (error instanceof KubernetesError) return BUSY_STATUSES.includes(error.status);
  return error instanceof Error && "code" in error && AWAY_CODES.includes(String(error.code));
}

/** Whether it was the cluster that was away, without which nothing can be written down either. */
export function isClusterAway(error: unknown): boolean {
  return isAway(error) && (error as { code?: unknown }).code !== HOST_LOST;
}

/**
 * Does the work, which is safe to repeat, and does it again as long as the cluster or the terminal host is away. Throws what else the
 * work throws, and what it threw last when the signal has fired. `onAway` is told each time.
 */
export async function repeatWhileAway<Result>(
  work: () => Promise<Result>,
  signal: AbortSignal,
  onAway?: (error: unknown) => void,
): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error)) throw error;
      onAway?.(error);
      if (signal.aborted) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
