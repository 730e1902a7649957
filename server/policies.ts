import type { KubeConfig } from "@kubernetes/client-node";
import type { Logger } from "pino";
import type { Leadership } from "../kubernetes/node/leader-election.js";
import type { MemberOptions } from "../policy/node/fleet/member-clients.js";
import { installPolicyEngine } from "../policy/node/install.js";
import { startPolicyController } from "../policy/node/controller.js";
import { productVersion } from "./config.js";
import { createPolicyService } from "../policy/node/policy-service.js";
import { NO_REGISTRIES, type Registries } from "../policy/node/registry/registries.js";
import type { PolicyService } from "../policy/node/policy-service.js";

export interface Policies {
  service: PolicyService;
  /** Keeps the cluster in step with the policies, on the one server that leads. */
  control(leadership: Leadership): void;
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
  const control = (leadership: Leadership) =>
    leadership.whileLeading((signal) => {
      startPolicyController({ kubeConfig, members, registries, version, logger: log, signal }).catch(
        (error: unknown) => log.error({ err: error }, "the policy controller did not start"),
      );
    });
  return { service, control };
}
