import { setMaxListeners } from "node:events";

import { KubernetesClient } from "../../../kubernetes/node/kubernetes-client.js";
import { POLICY_GROUP, POLICY_VERSION } from "../../common/engine-names.js";
import { toPolicyError } from "../cluster-client.js";
import { createPolicyContext } from "../context.js";
import type { ControllerOptions } from "../controller.js";
import { keepWatching, type Watch } from "../keep-watching.js";
import type { HierarchyObject } from "../records.js";
import { startVerifier } from "../verify/start-verifier.js";
import { shareOfGiven } from "./fleet-share.js";
import { startFleet } from "./start-fleet.js";

/** What has a member brought into step where it changes. */
const KINDS = ["imagepolicies", "imagepolicyexceptions", "knownimages"] as const;

/**
 * Keeps the clusters that the operator gives under one name in step, on one of the servers that were given its kubeconfig, whichever server leads. Resolves when
 * the watches run; they end with the signal.
 */
export async function startGivenMembers(
  operator: string,
  { kubeConfig, members, registries, version, logger, signal }: Omit<ControllerOptions, "standing">,
): Promise<void> {
  setMaxListeners(0, signal);
  const home = await createPolicyContext(kubeConfig, logger, members, registries);
  const context = { ...home, verifier: startVerifier(home, { signal }) };
  const calls = new KubernetesClient(kubeConfig);
  const share = shareOfGiven(operator);
  const fleet = startFleet(context, { signal, share, ...(version !== undefined && { version }) });
  const changes = KINDS.map((plural): Watch => ({
    path: `/apis/${POLICY_GROUP}/${POLICY_VERSION}/${plural}`,
    listener: {
      onItem: (_type, object) => fleet.policiesChanged((object as HierarchyObject).spec.organization),
    },
  }));
  const onLost = (error: unknown) =>
    logger.warn({ reason: toPolicyError(error).message }, "a policy watch broke off, starting it again");
  for (const watch of [...changes, fleet.watch]) void keepWatching(calls, watch, { signal, onLost });
}
