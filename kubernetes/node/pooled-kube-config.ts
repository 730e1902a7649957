import { Agent } from "node:https";
import type { Configuration, KubeConfig } from "@kubernetes/client-node";
import { BoundedHttpLibrary, type HttpTypes } from "./bounded-http-library.js";
import { connectionPoolOf } from "./connection-pool.js";
import { withCredentials } from "./credentials.js";
import { CALL_TIMEOUT_MS } from "./kubernetes-client.js";
import { RepeatingHttpLibrary } from "./stale-connections.js";

/**
 * The same kubeconfig for the library's own clients, whose calls then share connections and deadline with each other and with
 * `KubernetesClient`, and like its calls are sent again where a kept connection was closed: by themselves they wait for an answer for ever, and take one of any length from anywhere. The library is given, as loading it takes its time.
 */
export function pooledKubeConfig(kubeConfig: KubeConfig, types: HttpTypes): KubeConfig {
  const pooled = Object.create(kubeConfig) as KubeConfig;
  const pool = connectionPoolOf(kubeConfig);
  const http = new BoundedHttpLibrary(types);
  pooled.applySecurityAuthentication = async (context) => {
    await withCredentials(kubeConfig, () => kubeConfig.applySecurityAuthentication(context));
    context.setSignal(AbortSignal.timeout(CALL_TIMEOUT_MS));
    const agent: unknown = context.getAgent();
    // Proxies and plain HTTP have agents of their own kind.
    if (agent instanceof Agent && agent.constructor === Agent) context.setAgent(pool.agentFor(agent.options));
  };
  pooled.makeApiClient = (Client) =>
    kubeConfig.makeApiClient.call(
      pooled,
      // What the library makes its clients of cannot be had otherwise.
      function repeating(config: Configuration) {
        const httpApi = new RepeatingHttpLibrary(http, (answer) => new types.Observable(answer));
        return new Client({ ...config, httpApi });
      } as unknown as typeof Client,
    ) as InstanceType<typeof Client>;
  return pooled;
}
