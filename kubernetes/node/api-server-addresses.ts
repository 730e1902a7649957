import { isIP } from "node:net";
import { type KubernetesClient, KubernetesError } from "./kubernetes-client.js";

interface EndpointSlices {
  items: { endpoints: { addresses: string[] }[] }[];
}

interface Service {
  spec: { clusterIPs?: string[] };
}

/** Addresses of a control plane change with its machines; what was made a moment before the change has the old ones in any case. */
const KEPT_MS = 10_000;

const known = new WeakMap<KubernetesClient, { addresses: Promise<string[]>; until: number }>();

/**
 * Where pods find the API server: the service `kubernetes` and what is behind it. Empty where the cluster names none. Asked at most once in
 * ten seconds: a class that begins asks for the same a hundred times.
 */
export function apiServerAddresses(client: KubernetesClient): Promise<string[]> {
  const found = known.get(client);
  if (found && found.until > performance.now()) return found.addresses;
  const addresses = readAddresses(client);
  const kept = { addresses, until: performance.now() + KEPT_MS };
  known.set(client, kept);
  addresses.catch(() => {
    if (known.get(client) === kept) known.delete(client);
  });
  return addresses;
}

async function readAddresses(client: KubernetesClient): Promise<string[]> {
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
