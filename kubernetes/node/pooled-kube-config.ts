import { Agent } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { connectionPoolOf } from "./connection-pool.js";
import { CALL_TIMEOUT_MS } from "./kubernetes-client.js";

/**
 * The same kubeconfig for the library's own clients, whose calls then share connections and deadline with each other and with
 * `KubernetesClient`: by themselves they wait for an answer for ever.
 */
export function pooledKubeConfig(kubeConfig: KubeConfig): KubeConfig {
  const pooled = Object.create(kubeConfig) as KubeConfig;
  const pool = connectionPoolOf(kubeConfig);
  pooled.applySecurityAuthentication = async (context) => {
    await kubeConfig.applySecurityAuthentication(context);
    context.setSignal(AbortSignal.timeout(CALL_TIMEOUT_MS));
    const agent: unknown = context.getAgent();
    // Proxies and plain HTTP have agents of their own kind.
    if (agent instanceof Agent && agent.constructor === Agent) context.setAgent(pool.agentFor(agent.options));
  };
  return pooled;
}
