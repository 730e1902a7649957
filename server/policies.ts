import type { KubeConfig } from "@kubernetes/client-node";
import type { Logger } from "pino";
import type { Leadership } from "../kubernetes/node/leader-election.js";
import { createPolicyContext } from "../policy/node/context.js";
import type { MemberOptions, MemberStanding } from "../policy/node/fleet/member-clients.js";
import { startGivenMembers } from "../policy/node/fleet/start-given-members.js";
import { warnOfUngivenMembers } from "../policy/node/fleet/ungiven-members.js";
import { installPolicyEngine } from "../policy/node/install.js";
import { startPolicyController } from "../policy/node/controller.js";
import { productVersion } from "./config.js";
import { createPolicyService } from "../policy/node/policy-service.js";
import { NO_REGISTRIES, type Registries } from "../policy/node/registry/registries.js";
import type { PolicyService } from "../policy/node/policy-service.js";

export interface Policies {
  service: PolicyService;
  /**
   * Keeps the cluster in step with the policies, on the one server that leads; and where several run, the clusters that the operator gives, each name on one of the
   * servers that were given it.
   */
  control(leadership: Leadership, elections?: MemberElections): void;
}

/** How several servers agree on who keeps the clusters that the operator gives under a name. */
export interface MemberElections extends MemberStanding {
  /** Stands for them. */
  stand(operator: string): Leadership;
}

/** Puts the policy engine into the cluster and opens the service over it. */
export async function startPolicies(
  kubeConfig: KubeConfig,
  log: Logger,
  { members = {}, registries = NO_REGISTRIES }: { members?: MemberOptions; registries?: Registries } = {},
): Promise<Policies> {
  const version = productVersion();
  await installPolicyEngine({ kubeConfig, version });
  const service = await createPolicyService({ kubeConfig, logger: log, members, registries });
  // Whether it will lead is not known yet, and nothing waits for this.
  const context = await createPolicyContext(kubeConfig, log, members);
  warnOfUngivenMembers(context).catch((error: unknown) =>
    log.warn({ err: error }, "the clusters that organizations have attached could not be read"),
  );
  const options = { kubeConfig, members, registries, version, logger: log };
  const failed = (error: unknown) => log.error({ err: error }, "the policy controller did not start");
  const control: Policies["control"] = (leadership, elections) => {
    const standing = elections && { standing: elections };
    leadership.whileLeading((signal) => {
      startPolicyController({ ...options, ...standing, signal }).catch(failed);
    });
    if (!elections) return;
    for (const operator of members.given?.keys() ?? [])
      elections
        .stand(operator)
        .whileLeading((signal) => void startGivenMembers(operator, { ...options, signal }).catch(failed));
  };
  return { service, control };
}
