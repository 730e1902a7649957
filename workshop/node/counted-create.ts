import { setTimeout as sleep } from "node:timers/promises";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";

/** A quota that is not looked at in this time is on a cluster without controllers. */
const TIMEOUT_MS = 15_000;
const POLL_MS = 50;

/**
 * Creates the object, where a quota that was just made has not been counted yet once it is: until then the API server refuses what
 * the quota names. Throws KubernetesError.
 */
export async function createCounted<Body>(
  client: KubernetesClient,
  path: string,
  object: unknown,
): Promise<Body> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return await client.create<Body>(path, object);
    } catch (error) {
      if (!isUncounted(error) || Date.now() > deadline) throw error;
    }
    await sleep(POLL_MS);
  }
}

function isUncounted(error: unknown): boolean {
  return (
    error instanceof KubernetesError &&
    error.status === 403 &&
    error.message.includes("status unknown for quota")
  );
}
