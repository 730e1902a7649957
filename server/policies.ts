import type { KubeConfig } from "@kubernetes/client-node";
import type { Logger } from "pino";
import { installPolicyEngine } from "../policy/node/install.js";
import { startPolicyController } from "../policy/node/controller.js";
import { createPolicyService } from "../policy/node/policy-service.js";
import type { PolicyService } from "../policy/node/policy-service.js";

export interface Policies {
  service: PolicyService;
  close(): void;
}

/** Puts the policy engine into the cluster, keeps it in step with the policies, and opens the service over it. */
export async function startPolicies(kubeConfig: KubeConfig, log: Logger): Promise<Policies> {
  await installPolicyEngine({ kubeConfig });
  const service = await createPolicyService({ kubeConfig, logger: log });
  const stop = new AbortController();
  await startPolicyController({ kubeConfig, logger: log, signal: stop.signal });
  return { service, close: () => stop.abort() };
}
