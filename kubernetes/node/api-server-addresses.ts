import { isIP } from "node:net";
import { type KubernetesClient, KubernetesError } from "./kubernetes-client.js";

interface EndpointSlices {
  items: { endpoints: { addresses: string[] }[] }[];
}

interface Service {
  spec: { clusterIPs?: string[] };
}

/** Where pods find the API server: the service `kubernetes` and what is behind it. Empty where the cluster names none. */
export async function apiServerAddresses(client: KubernetesClient): Promise<string[]> {
  const slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
  const [service, behind] = await Promise.all([
    unlessMissing(client.get<Service>("/api/v1/namespaces/default/services/kubernetes")),
    unlessMissing(
      client.get<EndpointSlices>(`${slices}?labelSelector=kubernetes.io/service-name%3Dkubernetes`),
    ),
  ]);
  const addresses = [
    ...(service?.spec.clusterIPs ?? []),
    ...(behind?.items ?? []).flatMap(({ endpoints }) => endpoints.flatMap((endpoint) => endpoint.addresses)),
  ];
  return [...new Set(addresses)].filter((address) => isIP(address) !== 0);
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof KubernetesError && error.status === 404) return undefined;
    throw error;
  }
}
