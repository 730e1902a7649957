import { setTimeout as sleep } from "node:timers/promises";
import { ClusterUnreachable, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { POLICY_ERROR, PolicyError } from "../../policy/node/errors.js";
import { TerminalError, terminalErrorCodes } from "../../terminal/common/errors.js";

/** Pause before who was away is asked again: a supervised process is started again within a second. */
const PAUSE_MS = 500;
/** What an API server answers that cannot answer just now. */
const BUSY_STATUSES = [429, 503, 504];

/** Whether the failure says nothing of what was asked: the cluster or the terminal host was away, and comes back. */
export function isAway(error: unknown): boolean {
  if (error instanceof ClusterUnreachable) return true;
  if (error instanceof KubernetesError) return BUSY_STATUSES.includes(error.status);
  if (error instanceof PolicyError) return error.code === POLICY_ERROR.clusterUnreachable;
  return error instanceof TerminalError && error.code === terminalErrorCodes.hostLost;
}

/**
 * Does the work, which is safe to repeat, and does it again as long as the cluster or the terminal host is away. Throws what else the
 * work throws, and what it threw last when the signal has fired.
 */
export async function repeatWhileAway<Result>(
  work: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isAway(error) || signal.aborted) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
