import { createRequire } from "node:module";
import type { ApiObject, ResourceRef } from "../api/object.js";
import type { ApiService, WatchEvent } from "../api/service.js";
import type { Clock } from "./clock.js";
import { customResourceDefinitions } from "./resource-refs.js";
import { isNotFound } from "./pod-control.js";
import { WorkQueue } from "./work-queue.js";

/** A resource whose objects can be listed and deleted. */
export interface InventoryResource {
  ref: ResourceRef;
  kind: string;
  namespaced: boolean;
}

export interface InventoryEvent extends WatchEvent {
  resource: InventoryResource;
}

interface ResourceFact extends ResourceRef {
  kind: string;
  namespaced: boolean;
  verbs: string[];
}

interface CustomResourceDefinition extends ApiObject {
  spec: {
    group: string;
    scope: string;
    names: { plural: string; kind: string };
    versions: { name: string; served: boolean }[];
  };
}

/** Every resource of the cluster, custom ones as they come and go, and one stream of the changes of all their objects. */
export class Inventory {
  readonly #api: ApiService;
  readonly #resources = new Map<string, InventoryResource>();
  readonly #stops = new Map<string, () => void>();
  readonly #listeners = new Set<(event: InventoryEvent) => void>();
  readonly #queue: WorkQueue;

  constructor(api: ApiService, clock: Clock) {
    this.#api = api;
    this.#queue = new WorkQueue({
      clock,
      work: (name) => Promise.resolve(this.#follow(name)),
      onFailure: () => undefined,
    });
  }

  /** Begins to watch; listeners should be there already. */
  start(): void {
    for (const resource of builtInResources()) this.#watch(resource);
    this.#stops.set(
      "",
      this.#api.watch(customResourceDefinitions, ({ object }) => this.#queue.add(object.metadata.name ?? "")),
    );
  }

  subscribe(listener: (event: InventoryEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  resources(): InventoryResource[] {
    return [...this.#resources.values()];
  }

  /** The resource of a kind, whichever of its versions is named. */
  ofKind(apiVersion: string, kind: string): InventoryResource | undefined {
    const slash = apiVersion.indexOf("/");
    const group = slash < 0 ? "" : apiVersion.slice(0, slash);
    return this.resources().find((resource) => resource.ref.group === group && resource.kind === kind);
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
    await this.#queue.stop();
  }

  /** Throws, to be tried again, while the API does not serve a custom resource yet. */
  #follow(name: string): void {
    const definition = this.#api.find(customResourceDefinitions, { name }) as
      | CustomResourceDefinition
      | undefined;
    if (definition === undefined) return this.#forget(name);
    const { group, names, scope, versions } = definition.spec;
    const version = versions.find(({ served }) => served)?.name;
    if (version === undefined) return this.#forget(name);
    const ref = { group, version, resource: names.plural };
    if (this.#resources.get(name)?.ref.version === version) return;
    this.#forget(name);
    this.#api.list(ref);
    this.#watch({ ref, kind: names.kind, namespaced: scope === "Namespaced" }, name);
  }

  #watch(resource: InventoryResource, key = `${resource.ref.resource}.${resource.ref.group}`): void {
    if (this.#resources.has(key)) return;
    try {
      this.#resources.set(key, resource);
      const stop = this.#api.watch(resource.ref, (event) => this.#publish({ ...event, resource }));
      this.#stops.set(key, stop);
    } catch (error) {
      this.#resources.delete(key);
      // The facts know resources that this API leaves out.
      if (!isNotFound(error)) throw error;
    }
  }

  #forget(key: string): void {
    this.#stops.get(key)?.();
    this.#stops.delete(key);
    this.#resources.delete(key);
  }

  #publish(event: InventoryEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function builtInResources(): InventoryResource[] {
  const require = createRequire(import.meta.url);
  const { resources } = require("../facts/resources.json") as { resources: Record<string, ResourceFact> };
  return Object.values(resources)
    .filter(({ verbs }) => verbs.includes("delete") && verbs.includes("watch"))
    .map(({ group, version, resource, kind, namespaced }) => ({
      ref: { group, version, resource },
      kind,
      namespaced,
    }))
    .filter(({ ref }) => !(ref.group === "events.k8s.io"));
}
