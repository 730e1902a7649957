import type { ApiObject } from "../api/object.js";
import type { InventoryResource } from "./inventory.js";
import { isSameJson } from "./json-equality.js";

export interface GraphNode {
  resource: InventoryResource;
  object: ApiObject;
}

/** Who owns whom, by uid; an owner need not exist to have dependents. */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** What names `owner` as its owner from where it may: a namespaced owner has none in other namespaces. */
  dependentsOf(owner: ApiObject): GraphNode[] {
    const { uid = "", namespace } = owner.metadata;
    const uids = this.#dependents.get(uid) ?? new Set<string>();
    const nodes = [...uids].map((each) => this.#nodes.get(each)).filter((node) => node !== undefined);
    if (namespace === undefined) return nodes;
    return nodes.filter(({ object }) => object.metadata.namespace === namespace);
  }

  /** Takes in an object and returns the uids whose fate may have changed. */
  put(node: GraphNode): string[] {
    const { uid = "", deletionTimestamp, ownerReferences = [] } = node.object.metadata;
    const before = this.#nodes.get(uid)?.object.metadata;
    this.#nodes.set(uid, node);
    const hasNewOwners = !isSameJson(before?.ownerReferences ?? [], ownerReferences);
    if (hasNewOwners) {
      this.#unlink(uid, before?.ownerReferences ?? []);
      for (const owner of ownerReferences) this.#link(uid, owner.uid);
    }
    const isDeleting = deletionTimestamp !== undefined;
    // Owners that wait for their dependents look again when one of them no longer counts.
    const waiting = hasNewOwners ? (before?.ownerReferences ?? []).map((owner) => owner.uid) : [];
    return hasNewOwners || isDeleting ? [uid, ...waiting] : [];
  }

  /** Removes an object and returns the uids whose fate may have changed. */
  remove({ metadata }: ApiObject): string[] {
    const { uid = "" } = metadata;
    const known = this.#nodes.get(uid)?.object.metadata.ownerReferences ?? [];
    this.#nodes.delete(uid);
    this.#unlink(uid, known);
    return [...(this.#dependents.get(uid) ?? []), ...known.map((owner) => owner.uid)];
  }

  #link(uid: string, owner: string): void {
    const dependents = this.#dependents.get(owner) ?? new Set();
    this.#dependents.set(owner, dependents.add(uid));
  }

  #unlink(uid: string, owners: { uid: string }[]): void {
    for (const owner of owners) {
      const dependents = this.#dependents.get(owner.uid);
      dependents?.delete(uid);
      if (dependents?.size === 0) this.#dependents.delete(owner.uid);
    }
  }
}
