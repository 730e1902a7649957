import { setTimeout as sleep } from "node:timers/promises";
import { budgetOf, countsOf } from "../common/budget.js";
import type { Lab } from "../common/lab.js";
import { type SessionResource, hasOwnCluster } from "../common/session.js";
import { apiServerAddresses } from "../../kubernetes/node/api-server-addresses.js";
import { type KubernetesClient, isAlreadyThere } from "../../kubernetes/node/kubernetes-client.js";
import { createCounted } from "./counted-create.js";
import { egressAddresses } from "./egress-addresses.js";
import { learnerKinds } from "./learner-kinds.js";
import { type Manifest, isolationOf, limitsOf } from "./session-objects.js";

/** A cluster that counts nothing in this time runs no controllers. */
const TIMEOUT_MS = 15_000;
/** A new quota is counted 10 to 100 ms after it was made. */
const POLL_MS = 25;
const MAX_POLL_MS = 200;

/** Whose limits to wait for, and where. */
interface LimitParts {
  client: KubernetesClient;
  /** What else the platform makes in the namespace: quotas come after it, however it ended, as each object beside a quota has it written anew. */
  after?: Promise<unknown>;
}

/**
 * Bounds what the session may put into the platform's cluster; resolves when that is in force, and at once where the session has a cluster
 * of its own. Nothing of the learner's and nothing of the lab's may run before. Throws KubernetesError, and an Error where quotas do not
 * come into force.
 */
export async function limitPlace(
  session: SessionResource,
  lab: Lab,
  { client, after }: LimitParts,
): Promise<void> {
  if (hasOwnCluster(session)) return;
  const [kinds, apiServer, listed] = await Promise.all([
    learnerKinds(client),
    apiServerAddresses(client),
    egressAddresses(lab.egress),
  ]);
  const limits = [
    ...limitsOf(session, { budget: budgetOf(lab.budget), counts: countsOf(lab.budget), kinds }),
    isolationOf(session, { apiServer, listed }),
  ];
  const bringAll = (manifests: Manifest[]) =>
    Promise.all(manifests.map((manifest) => bringAbout(client, manifest)));
  await Promise.all([
    bringAll(limits.filter((manifest) => !isQuota(manifest))),
    after?.catch(() => undefined),
  ]);
  const quotas = limits.filter(isQuota);
  await bringAll(quotas);
  await waitUntilCounted(client, session.spec.namespace, quotas);
}

function isQuota({ path }: Manifest): boolean {
  return path.endsWith("/resourcequotas");
}

/** One that is there was made by a server that died over it, or by an older one, whose quota of that name bounds less. */
async function bringAbout(client: KubernetesClient, { path, object }: Manifest): Promise<void> {
  await createCounted(client, path, object).catch(async (error: unknown) => {
    if (!isAlreadyThere(error)) throw error;
    const { metadata, spec } = object as { metadata: { name: string }; spec: unknown };
    await client.merge(`${path}/${metadata.name}`, { spec });
  });
}

/** A quota as far as it matters here. */
interface Quota {
  metadata: { name: string };
  spec: { hard?: Record<string, string> };
  status?: { hard?: Record<string, string> };
}

/** Waits until the quotas bound something: an API server goes by what is in their status, which a controller writes there when it has counted. */
async function waitUntilCounted(
  client: KubernetesClient,
  namespace: string,
  quotas: readonly Manifest[],
): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  const names = quotas.map(({ object }) => (object as unknown as Quota).metadata.name);
  for (let pollMs = POLL_MS; ; pollMs = Math.min(pollMs * 2, MAX_POLL_MS)) {
    await sleep(pollMs);
    const { items } = await client.get<{ items: Quota[] }>(`/api/v1/namespaces/${namespace}/resourcequotas`);
    const counted = new Set(items.filter(isCounted).map(({ metadata }) => metadata.name));
    const missing = names.filter((name) => !counted.has(name));
    if (missing.length === 0) return;
    if (performance.now() > deadline)
      throw new Error(
        `the quotas ${missing.join(", ")} of the namespace ${namespace} are not in force after ${String(TIMEOUT_MS / 1000)} s: ` +
          "the cluster has not written what they allow into their status; look whether its controller manager runs and counts quotas",
      );
  }
}

function isCounted({ spec, status }: Quota): boolean {
  return Object.keys(spec.hard ?? {}).every((name) => status?.hard?.[name] !== undefined);
}
