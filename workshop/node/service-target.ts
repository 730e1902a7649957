import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";

/** A pod behind a Service, and the port at which it answers for it. */
export interface ServiceTarget {
  pod: string;
  port: number;
}

/** Why nothing answers for a Service, in a sentence for whoever made it. */
export class ServiceUnanswered extends Error {
  override readonly name = "ServiceUnanswered";
}

interface Service {
  spec: { type?: string; ports?: { name?: string; port: number; protocol?: string }[] };
}

interface EndpointSlices {
  items: {
    /** Null where no pod is chosen. */
    ports?: { name?: string; port?: number }[] | null;
    endpoints?: { conditions?: { ready?: boolean }; targetRef?: { kind?: string; name?: string } }[] | null;
  }[];
}

/**
 * A ready pod behind the Service of that name. Only pods count: what a Service names beyond its namespace, as an ExternalName does, is
 * nothing that the session's own rights reach. Throws ServiceUnanswered, and KubernetesError.
 */
export async function serviceTarget(
  client: KubernetesClient,
  namespace: string,
  { service, port }: { service: string; port: number },
): Promise<ServiceTarget> {
  const path = `/api/v1/namespaces/${namespace}/services/${service}`;
  const { spec } = await client.get<Service>(path).catch((error: unknown) => {
    if (error instanceof KubernetesError && error.status === 404)
      throw new ServiceUnanswered(`There is no Service ${service} in the namespace ${namespace} yet.`);
    throw error;
  });
  const ports = (spec.ports ?? []).filter(({ protocol = "TCP" }) => protocol === "TCP");
  const entry = ports.find((candidate) => candidate.port === port);
  if (spec.type === "ExternalName")
    throw new ServiceUnanswered(`The Service ${service} leads out of the cluster, where no ingress does.`);
  if (entry === undefined) {
    const known = ports.map((candidate) => candidate.port).join(", ") || "none";
    throw new ServiceUnanswered(`The Service ${service} has no TCP port ${port}; its ports are ${known}.`);
  }
  const slices = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${service}`;
  const { items } = await client.get<EndpointSlices>(slices);
  const targets = items.flatMap(({ ports: open, endpoints }) => {
    const target = open?.find(({ name }) => (name ?? "") === (entry.name ?? ""))?.port;
    const pods = (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ targetRef }) => (targetRef?.kind === "Pod" && targetRef.name ? [targetRef.name] : []));
    return target === undefined ? [] : pods.map((pod) => ({ pod, port: target }));
  });
  const chosen = targets[Math.floor(Math.random() * targets.length)];
  if (chosen) return chosen;
  throw new ServiceUnanswered(`No pod of the Service ${service} is ready.`);
}
