import type { ApiObject } from "../api/object.js";
import type { ApiService, WriteOptions } from "../api/service.js";
import { nameOf, namespaceOf } from "./object-keys.js";
import type { PodTemplate } from "./object-kinds.js";
import { controllerOf, controllerReference } from "./owner-references.js";
import { controllerRevisions } from "./resource-refs.js";
import { hashTemplate } from "./template-hash.js";

interface ControllerRevision extends ApiObject {
  revision: number;
}

export interface Revised extends ApiObject {
  spec: { template: PodTemplate };
}

/** The hash of the owner's present template, kept as a ControllerRevision so that it can be rolled back to. */
export async function ensureRevision(api: ApiService, owner: Revised, writes: WriteOptions): Promise<string> {
  const hash = hashTemplate(owner.spec.template);
  const namespace = namespaceOf(owner);
  const name = `${nameOf(owner)}-${hash}`;
  const known = revisionsOf(api, owner);
  const highest = Math.max(0, ...known.map(({ revision }) => revision));
  const current = known.find((revision) => nameOf(revision) === name);
  if (current === undefined) {
    const revision = revisionObject(owner, { name, hash, revision: highest + 1 });
    await api.create(controllerRevisions, namespace, revision, writes);
  } else if (current.revision !== highest) {
    await api.update(controllerRevisions, { ...structuredClone(current), revision: highest + 1 }, writes);
  }
  return hash;
}

function revisionsOf(api: ApiService, owner: ApiObject): ControllerRevision[] {
  const all = api.list(controllerRevisions, { namespace: namespaceOf(owner) }) as ControllerRevision[];
  return all.filter((revision) => controllerOf(revision)?.uid === owner.metadata.uid);
}

function revisionObject(
  owner: Revised,
  { name, hash, revision }: { name: string; hash: string; revision: number },
): ApiObject {
  return {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name,
      labels: { ...owner.spec.template.metadata?.labels, "controller.kubernetes.io/hash": hash },
      ownerReferences: [controllerReference(owner)],
    },
    data: { spec: { template: { $patch: "replace", ...structuredClone(owner.spec.template) } } },
    revision,
  };
}
