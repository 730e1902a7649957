import type { ApiObject, OwnerReference } from "../api/object.js";
import type { DeleteOptions, ObjectLocation, WriteOptions } from "../api/service.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import type { EventRecorder } from "./event-recorder.js";
import type { Inventory, InventoryResource } from "./inventory.js";
import { locationOfObject } from "./object-keys.js";
import { OwnerGraph } from "./owner-graph.js";
import type { GraphNode } from "./owner-graph.js";
import { isNotFound } from "./pod-control.js";

const NAME = "generic-garbage-collector";
const FOREGROUND = "foregroundDeletion";
const ORPHAN = "orphan";

/** Deletes objects whose owners are gone and carries foreground and orphaning deletions through. */
export function createGarbageCollector(context: ControllerContext, inventory: Inventory): Controller {
  const graph = new OwnerGraph();
  const collector = new Collector(context, inventory, graph);
  return {
    name: NAME,
    watch: (queue) => [
      inventory.subscribe((event) => {
        const { resource, object } = event;
        if (resource.ref.resource === "events") return;
        const affected = event.type === "DELETED" ? graph.remove(object) : graph.put({ resource, object });
        for (const uid of affected) queue.add(uid);
      }),
    ],
    reconcile: (uid) => collector.collect(uid),
  };
}

class Collector {
  readonly #context: ControllerContext;
  readonly #inventory: Inventory;
  readonly #graph: OwnerGraph;
  readonly #recorder: EventRecorder;
  readonly #writes: WriteOptions = writesOf(NAME);

  constructor(context: ControllerContext, inventory: Inventory, graph: OwnerGraph) {
    this.#context = context;
    this.#inventory = inventory;
    this.#graph = graph;
    this.#recorder = context.recorder("garbage-collector-controller");
  }

  async collect(uid: string): Promise<void> {
    const node = this.#graph.get(uid);
    if (node === undefined) return;
    const { deletionTimestamp, finalizers = [] } = node.object.metadata;
    if (deletionTimestamp === undefined) return this.#deleteIfUnowned(node);
    if (finalizers.includes(ORPHAN)) return this.#orphanDependents(node);
    if (finalizers.includes(FOREGROUND)) return this.#deleteDependents(node);
  }

  async #deleteIfUnowned(node: GraphNode): Promise<void> {
    const owners = node.object.metadata.ownerReferences ?? [];
    if (owners.length === 0) return;
    const states = owners.map((owner) => ({ owner, state: this.#stateOf(owner, node) }));
    const gone = states.filter(({ state }) => state !== "present");
    if (gone.length === 0) return;
    if (gone.length < states.length) {
      const uids = new Set(gone.map(({ owner }) => owner.uid));
      return this.#removeOwners(node, (owner) => uids.has(owner.uid));
    }
    const isWaitedFor = states.some(({ state }) => state === "waiting");
    const blocks = this.#graph
      .dependentsOf(node.object)
      .some((dependent) => isBlocking(dependent, node.object));
    await this.#delete(node, isWaitedFor && blocks ? "Foreground" : this.#policyOf(node.object));
  }

  #stateOf(reference: OwnerReference, { resource, object }: GraphNode): "present" | "gone" | "waiting" {
    const ownerResource = this.#inventory.ofKind(reference.apiVersion, reference.kind);
    // An owner of an unknown kind cannot be shown to be gone.
    if (ownerResource === undefined) return "present";
    if (ownerResource.namespaced && !resource.namespaced) {
      this.#reportInvalidNamespace(reference, object);
      return "present";
    }
    const owner = this.#find(ownerResource, reference, object);
    if (owner === undefined || owner.metadata.uid !== reference.uid) return "gone";
    const isForeground = owner.metadata.finalizers?.includes(FOREGROUND) === true;
    return owner.metadata.deletionTimestamp !== undefined && isForeground ? "waiting" : "present";
  }

  #find(
    { ref, namespaced }: InventoryResource,
    { name }: OwnerReference,
    dependent: ApiObject,
  ): ApiObject | undefined {
    const { namespace } = dependent.metadata;
    const at: ObjectLocation = namespaced && namespace !== undefined ? { namespace, name } : { name };
    return this.#context.api.find(ref, at);
  }

  #reportInvalidNamespace({ kind, name, uid }: OwnerReference, object: ApiObject): void {
    const message = `ownerRef [${kind}/${name}, uid: ${uid}] is namespaced and cannot own a cluster-scoped object`;
    this.#recorder.record(object, { type: "Warning", reason: "OwnerRefInvalidNamespace", message });
  }

  #policyOf({ metadata }: ApiObject): "Background" | "Foreground" | "Orphan" {
    if (metadata.finalizers?.includes(ORPHAN) === true) return "Orphan";
    return metadata.finalizers?.includes(FOREGROUND) === true ? "Foreground" : "Background";
  }

  async #orphanDependents(node: GraphNode): Promise<void> {
    for (const dependent of this.#graph.dependentsOf(node.object)) {
      await this.#removeOwners(dependent, (owner) => owner.uid === node.object.metadata.uid);
    }
    await this.#removeFinalizer(node, ORPHAN);
  }

  async #deleteDependents(node: GraphNode): Promise<void> {
    const dependents = this.#graph.dependentsOf(node.object);
    if (!dependents.some((dependent) => isBlocking(dependent, node.object))) {
      return this.#removeFinalizer(node, FOREGROUND);
    }
    for (const dependent of dependents) {
      if (dependent.object.metadata.deletionTimestamp === undefined) await this.#deleteIfUnowned(dependent);
    }
  }

  async #delete(
    { resource, object }: GraphNode,
    policy: "Background" | "Foreground" | "Orphan",
  ): Promise<void> {
    const options: DeleteOptions = {
      ...this.#writes,
      propagationPolicy: policy,
      preconditions: { uid: object.metadata.uid ?? "" },
    };
    await ignoreMissing(this.#context.api.delete(resource.ref, locationOfObject(object), options));
  }

  async #removeOwners(node: GraphNode, isRemoved: (owner: OwnerReference) => boolean): Promise<void> {
    const ownerReferences = (node.object.metadata.ownerReferences ?? []).filter((owner) => !isRemoved(owner));
    await this.#patchMetadata(node, { ownerReferences });
  }

  async #removeFinalizer(node: GraphNode, finalizer: string): Promise<void> {
    const finalizers = (node.object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
    await this.#patchMetadata(node, { finalizers });
  }

  /** Pinned to the version the decision was made on; a conflict brings us back with the newer one. */
  async #patchMetadata(
    { resource, object }: GraphNode,
    change: Partial<ApiObject["metadata"]>,
  ): Promise<void> {
    const { resourceVersion = "", uid = "" } = object.metadata;
    const body = { metadata: { ...change, resourceVersion, uid } };
    const patch = { type: "merge" as const, body };
    await ignoreMissing(this.#context.api.patch(resource.ref, locationOfObject(object), patch, this.#writes));
  }
}

function isBlocking(dependent: GraphNode, owner: ApiObject): boolean {
  const references = dependent.object.metadata.ownerReferences ?? [];
  return references.some(
    ({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion === true,
  );
}

async function ignoreMissing(written: Promise<unknown>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
