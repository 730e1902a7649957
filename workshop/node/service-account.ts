import { setTimeout as sleep } from "node:timers/promises";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";

/** A cluster that gives no account in this time runs no controllers. */
const TIMEOUT_MS = 15_000;
/** The account comes 10 to 100 ms after its namespace. */
const POLL_MS = 10;
const MAX_POLL_MS = 200;

/** Waits for the namespace's default service account, without which its pods are refused. */
export async function waitForServiceAccount(client: KubernetesClient, namespace: string): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (let pollMs = POLL_MS; ; pollMs = Math.min(pollMs * 2, MAX_POLL_MS)) {
    try {
      await client.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`);
      return;
    } catch (error) {
      const isMissing = error instanceof KubernetesError && error.status === 404;
      if (!isMissing || performance.now() > deadline) throw error;
    }
    await sleep(pollMs);
  }
}
