import type { ApiObject } from "../api/object.js";
import type { ApiService, UserInfo } from "../api/service.js";
import { StatusError } from "../api/status.js";
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
  readonly #cleaning = new Map<string, () => void>();

  constructor(core: ApiCore, api: ApiService) {
    this.#core = core;
    this.#api = api;
  }

  add(definition: Definition): void {
    const { name = "", generation, deletionTimestamp } = definition.metadata;
    if (this.#types.get(name)?.generation !== generation) {
      this.#unregister(name);
      const types = typesOf(definition);
      for (const type of types) this.#core.registry.add(type);
      this.#types.set(name, { generation, types });
    }
    if (deletionTimestamp !== undefined) this.#cleanUp(definition);
  }

  remove({ metadata }: Definition): void {
    this.#unregister(metadata.name ?? "");
    this.#types.delete(metadata.name ?? "");
  }

  #unregister(name: string): void {
    for (const type of this.#types.get(name)?.types ?? []) this.#core.registry.remove(refOf(type));
  }

  /** Deletes the objects of a definition that is being deleted, then lets it go. */
  #cleanUp(definition: Definition): void {
    const { name = "" } = definition.metadata;
    if (this.#cleaning.has(name)) return;
    const key = storageKeyOf(definition);
    const stop = this.#core.store.subscribe(key, ({ type }) => {
      if (type === "DELETED") this.#releaseWhenEmpty(name, key);
    });
    this.#cleaning.set(name, stop);
    for (const object of this.#core.store.list(key)) this.#deleteObject(name, object);
    this.#releaseWhenEmpty(name, key);
  }

  #deleteObject(definition: string, object: ApiObject): void {
    const type = this.#types.get(definition)?.types[0];
    if (type === undefined) return;
    // An object already being deleted, or gone meanwhile, needs nothing more.
    void this.#api.delete(refOf(type), locationOf(object), { user: USER }).catch(ignoreStatus);
  }

  #releaseWhenEmpty(name: string, key: string): void {
    if (this.#core.store.list(key).length > 0) return;
    this.#cleaning.get(name)?.();
    this.#cleaning.delete(name);
    const definition = this.#api.find(definitionsRef, { name });
    if (definition === undefined) return;
    const finalizers = (definition.metadata.finalizers ?? []).filter((each) => each !== CLEANUP_FINALIZER);
    const { resourceVersion: _version, ...metadata } = definition.metadata;
    const released = { ...definition, metadata: { ...metadata, finalizers } };
    void this.#api.update(definitionsRef, released, { user: USER }).catch(ignoreStatus);
  }
}

function ignoreStatus(error: unknown): void {
  if (!(error instanceof StatusError)) throw error;
}
