import { isDeepStrictEqual } from "node:util";
import type { ApiService, WriteOptions } from "../api/service.js";
import type { ObjectLocation } from "../api/service.js";
import { nameOf, namespaceOf } from "./object-keys.js";
import type { Pod, StatefulSet } from "./object-kinds.js";
import { controllerReference } from "./owner-references.js";
import { persistentVolumeClaims } from "./resource-refs.js";

/** The claims of one StatefulSet's pods. */
export class StatefulSetClaims {
  readonly #api: ApiService;
  readonly #set: StatefulSet;
  readonly #writes: WriteOptions;

  constructor(api: ApiService, set: StatefulSet, writes: WriteOptions) {
    this.#api = api;
    this.#set = set;
    this.#writes = writes;
  }

  /** Makes the claims of a pod that are missing. */
  async create(ordinal: number): Promise<void> {
    const namespace = namespaceOf(this.#set);
    for (const template of this.#set.spec.volumeClaimTemplates ?? []) {
      const name = claimName(this.#set, nameOf(template), ordinal);
      if (this.#api.find(persistentVolumeClaims, { namespace, name }) !== undefined) continue;
      const { labels, annotations } = template.metadata;
      const metadata = {
        name,
        labels: { ...labels, ...this.#set.spec.selector.matchLabels },
        ...(annotations && { annotations }),
        ...(this.#goesWithSet && { ownerReferences: [controllerReference(this.#set)] }),
      };
      const claim = {
        ...structuredClone(template),
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata,
      };
      await this.#api.create(persistentVolumeClaims, namespace, claim, this.#writes);
    }
  }

  /** Has the claims of a pod go with whom the retention policy says: the set, the pod that is scaled away, or nobody. */
  async own(ordinal: number, scaledAway?: Pod): Promise<void> {
    const isGoing =
      scaledAway !== undefined &&
      this.#set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === "Delete";
    const owner = isGoing ? scaledAway : this.#goesWithSet ? this.#set : undefined;
    // A pod that is scaled away leaves its claims with whom they are.
    if (scaledAway !== undefined && !isGoing) return;
    const wanted = owner === undefined ? [] : [controllerReference(owner)];
    for (const template of this.#set.spec.volumeClaimTemplates ?? []) {
      const name = claimName(this.#set, nameOf(template), ordinal);
      await this.#setOwner({ namespace: namespaceOf(this.#set), name }, wanted);
    }
  }

  get #goesWithSet(): boolean {
    return this.#set.spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === "Delete";
  }

  async #setOwner(at: ObjectLocation, wanted: ReturnType<typeof controllerReference>[]): Promise<void> {
    const claim = this.#api.find(persistentVolumeClaims, at);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return;
    const { uid, ownerReferences = [] } = claim.metadata;
    const others = ownerReferences.filter(
      ({ kind, controller }) => controller !== true || (kind !== "StatefulSet" && kind !== "Pod"),
    );
    const owners = [...others, ...wanted];
    if (isDeepStrictEqual(owners, ownerReferences)) return;
    const body = { metadata: { uid, ownerReferences: owners } };
    await this.#api.patch(persistentVolumeClaims, at, { type: "merge", body }, this.#writes);
  }
}

/** The claim of a pod for one template of its set. */
export function claimName(set: StatefulSet, template: string, ordinal: number): string {
  return `${template}-${nameOf(set)}-${ordinal}`;
}
