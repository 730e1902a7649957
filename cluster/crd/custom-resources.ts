import type { ApiObject } from "../api/object.js";
import type { ApiService, UserInfo } from "../api/service.js";
import { StatusError } from "../api/status.js";
import { systemClock } from "../controllers/clock.js";
import { WorkQueue } from "../controllers/work-queue.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { ApiCore } from "../rest/api-core.js";
import { locationOf, refOf } from "../rest/api-core.js";
import type { Definition } from "./definition.js";
import { definitionsKey, definitionsRef, storageKeyOf, typesOf } from "./definition.js";
import { CLEANUP_FINALIZER } from "./definition-strategy.js";

const USER: UserInfo = { name: "system:apiserver", groups: ["system:masters"] };

/** Serves the kinds of all stored CustomResourceDefinitions, and of each later one as soon as it is stored. */
export function serveCustomResources(core: ApiCore, api: ApiService): () => void {
  const served = new CustomResources(core, api);
  for (const definition of core.store.list(definitionsKey)) served.add(definition as Definition);
  return core.store.subscribe(definitionsKey, ({ type, object }) => {
    if (type === "DELETED") served.remove(object as Definition);
    else served.add(object as Definition);
  });
}

class CustomResources {
  readonly #core: ApiCore;
  readonly #api: ApiService;
  readonly #types = new Map<string, { generation: number | undefined; types: ResourceType[] }>();
  /** Names of definitions that are being deleted. */
  readonly #cleaning: WorkQueue;
  readonly #stops = new Map<string, () => void>();

  constructor(core: ApiCore, api: ApiService) {
    this.#core = core;
    this.#api = api;
    this.#cleaning = new WorkQueue({
      clock: systemClock,
      work: (name) => this.#cleanUp(name),
      onFailure: (_name, error) =>
        core.failures.report("removing a CustomResourceDefinition and its objects", error),
    });
  }

  add(definition: Definition): void {
    const { name = "", generation, deletionTimestamp } = definition.metadata;
    if (this.#types.get(name)?.generation !== generation) {
      this.#unregister(name);
      const types = typesOf(definition);
      for (const type of types) this.#core.registry.add(type);
      this.#types.set(name, { generation, types });
    }
    if (deletionTimestamp !== undefined) this.#startCleaning(definition);
  }

  remove({ metadata }: Definition): void {
    const { name = "" } = metadata;
    this.#unregister(name);
    this.#types.delete(name);
    this.#stops.get(name)?.();
    this.#stops.delete(name);
  }

  #unregister(name: string): void {
    for (const type of this.#types.get(name)?.types ?? []) this.#core.registry.remove(refOf(type));
  }

  #startCleaning(definition: Definition): void {
    const { name = "" } = definition.metadata;
    this.#cleaning.add(name);
    if (this.#stops.has(name)) return;
    const key = storageKeyOf(definition);
    this.#stops.set(
      name,
      this.#core.store.subscribe(key, () => this.#cleaning.add(name)),
    );
  }

  /** Deletes the objects of a definition that is being deleted, and lets it go when there are none. */
  async #cleanUp(name: string): Promise<void> {
    const definition = this.#api.find(definitionsRef, { name }) as Definition | undefined;
    const type = this.#types.get(name)?.types[0];
    if (definition?.metadata.deletionTimestamp === undefined || type === undefined) return;
    const objects = this.#core.store.list(storageKeyOf(definition));
    for (const object of objects) {
      if (object.metadata.deletionTimestamp === undefined) await this.#delete(type, object);
    }
    if (objects.length === 0) await this.#release(definition);
  }

  async #delete(type: ResourceType, object: ApiObject): Promise<void> {
    try {
      await this.#api.delete(refOf(type), locationOf(object), { user: USER });
    } catch (error) {
      // Gone meanwhile, it needs nothing more.
      if (!(error instanceof StatusError && error.code === 404)) throw error;
    }
  }

  async #release(definition: Definition): Promise<void> {
    const finalizers = (definition.metadata.finalizers ?? []).filter((each) => each !== CLEANUP_FINALIZER);
    const { resourceVersion: _version, ...metadata } = definition.metadata;
    const released = { ...definition, metadata: { ...metadata, finalizers } };
    await this.#api.update(definitionsRef, released, { user: USER });
  }
}
