import { setTimeout as sleep } from "node:timers/promises";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";

/** What is not looked at in this time is on a cluster without controllers. */
const TIMEOUT_MS = 15_000;
const POLL_MS = 50;

/**
 * Creates the object once the API server knows what was made for it just before: it refuses what a quota names that is not counted yet,
 * and, from whoever is no administrator, the binding of a role it has not heard of yet. Throws KubernetesError.
 */
export async function createCounted<Body>(
  client: KubernetesClient,
  path: string,
  object: unknown,
): Promise<Body> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return await client.create<Body>(path, object);
    } catch (error) {
      if (!isTooEarly(error, path) || performance.now() > deadline) throw error;
    }
    await sleep(POLL_MS);
  }
}

function isTooEarly(error: unknown, path: string): boolean {
  if (!(error instanceof KubernetesError)) return false;
  if (error.status === 404) return path.endsWith("bindings");
  return error.status === 403 && error.message.includes("status unknown for quota");
}
