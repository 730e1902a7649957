import { parse as parseYaml } from "yaml";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { fillValue } from "../common/fill-plain.js";
import type { Lab } from "../common/lab.js";
import { objectWords } from "../common/session-object.js";
import type { Variables } from "../common/variables.js";
import { type SessionResource, hasOwnCluster } from "../common/session.js";
import {
  type KubernetesClient,
  KubernetesError,
  isAlreadyThere,
} from "../../kubernetes/node/kubernetes-client.js";
import { createCounted } from "./counted-create.js";
import { type Manifest, ownedBy } from "./session-objects.js";

/** Answers by which an API server says that the object is at fault. */
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 422]);

/** Makes the lab's objects, one after the other, with a session's values in them. Throws LAB_INVALID where one cannot be made as it is. */
export async function makeLabObjects(
  client: KubernetesClient,
  session: SessionResource,
  { lab, variables }: { lab: Pick<Lab, "objects">; variables: Variables },
): Promise<void> {
  for (const text of lab.objects) {
    const object = fillValue(parseYaml(text), variables);
    const { path, object: manifest } = await labObjectManifest(client, session, object);
    await createCounted(client, path, manifest).catch((cause: unknown) => {
      if (isAlreadyThere(cause)) return;
      if (!(cause instanceof KubernetesError) || !REFUSALS.has(cause.status)) throw cause;
      throw new WorkshopError(
        WORKSHOP_ERRORS.labInvalid,
        `The cluster refuses the lab's ${objectWords(object)}: ${cause.message}`,
        { cause },
      );
    });
  }
}

interface LabObject {
  apiVersion?: string;
  kind?: string;
  metadata?: { name?: string; namespace?: string; labels?: Record<string, string> };
}

/** Its own cluster ends with the session, and all that is in it; what was owned from outside of it would be collected at once. */
function inOwnCluster(
  { spec }: SessionResource,
  { group, resource, object }: { group: string; resource: Resource; object: LabObject },
): Manifest {
  if (!resource.namespaced) return { path: `${group}/${resource.name}`, object: { ...object } };
  const namespace = object.metadata?.namespace ?? spec.namespace;
  return {
    path: `${group}/namespaces/${namespace}/${resource.name}`,
    object: { ...object, metadata: { ...object.metadata, namespace } },
  };
}

interface Resource {
  name: string;
  kind: string;
  namespaced: boolean;
}

interface ResourceList {
  resources: Resource[];
}

/**
 * The manifest of one object of the lab, placed in the session's namespace and owned by the session; in a cluster of the session's own
 * it belongs where it says. Throws LAB_INVALID for an unknown kind.
 */
async function labObjectManifest(
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
  if (hasOwnCluster(session)) return inOwnCluster(session, { group, resource, object: object as LabObject });
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
