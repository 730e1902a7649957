import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { SessionResource } from "../common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { type Manifest, ownedBy } from "./session-objects.js";

interface LabObject {
  apiVersion?: string;
  kind?: string;
  metadata?: { name?: string; namespace?: string; labels?: Record<string, string> };
}

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

/** The manifest of one object of the lab, placed in the session's namespace and owned by the session. Throws LAB_INVALID for an unknown kind. */
export async function labObjectManifest(
  client: KubernetesClient,
  session: SessionResource,
  object: unknown,
): Promise<Manifest> {
  const { apiVersion = "", kind = "", metadata = {}, ...rest } = (object ?? {}) as LabObject;
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = await client.get<ResourceList>(group);
  const resource = resources.find((candidate) => candidate.kind === kind && !candidate.name.includes("/"));
  if (!resource)
    throw new WorkshopError(
      WORKSHOP_ERRORS.labInvalid,
      `The lab lists an object of kind ${kind} in ${apiVersion}, which this cluster does not have`,
    );
  if (!resource.namespaced)
    throw new WorkshopError(
      WORKSHOP_ERRORS.labInvalid,
      `The lab lists the object ${kind} ${metadata.name ?? ""}, which would belong to the whole cluster; sessions own objects of their namespace only`,
    );
  const namespace = session.spec.namespace;
  const owned = ownedBy(session);
  const placed = {
    ...metadata,
    namespace,
    ownerReferences: owned.ownerReferences,
    labels: { ...metadata.labels, ...owned.labels },
  };
  return {
    path: `${group}/namespaces/${namespace}/${resource.name}`,
    object: { apiVersion, kind, ...rest, metadata: placed },
  };
}
