import { Agent, type AgentOptions } from "node:https";

import type { KubeConfig } from "@kubernetes/client-node";

/** Enough for the namespaces brought into force side by side, few enough not to crowd out others. */
const MAX_SOCKETS = 16;

/**
 * The same kubeconfig, whose calls share connections. The library opens a new one for each call, and a change to a policy takes a dozen calls: their
 * TLS handshakes would cost more than the work. New certificates in the kubeconfig get a new pool.
 */
export function pooledKubeConfig(kubeConfig: KubeConfig): KubeConfig {
  const pooled = Object.create(kubeConfig) as KubeConfig;
  let pool: { identity: string; agent: Agent } | undefined;
  pooled.applySecurityAuthentication = async (context) => {
    await kubeConfig.applySecurityAuthentication(context);
    const agent: unknown = context.getAgent();
    // Proxies and plain HTTP have agents of their own kind.
    if (!(agent instanceof Agent) || agent.constructor !== Agent) return;
    const identity = identityOf(agent.options);
    if (pool?.identity !== identity) {
      pool?.agent.destroy();
      pool = { identity, agent: new Agent({ ...agent.options, keepAlive: true, maxSockets: MAX_SOCKETS }) };
    }
    context.setAgent(pool.agent);
  };
  return pooled;
}

function identityOf({
  ca,
  cert,
  key,
  pfx,
  passphrase,
  servername,
  rejectUnauthorized,
}: AgentOptions): string {
  return JSON.stringify([ca, cert, key, pfx, passphrase, servername, rejectUnauthorized].map(String));
}
