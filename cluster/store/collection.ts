import type { ApiObject } from "../api/object.js";

/** The objects of one resource, by namespace and name, listed in the order of their keys as etcd would. */
export class Collection {
  readonly #namespaces = new Map<string, Map<string, ApiObject>>();
  readonly #sorted = new Map<string, ApiObject[]>();

  get(namespace: string, name: string): ApiObject | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  set(object: ApiObject): void {
    const namespace = object.metadata.namespace ?? "";
    const objects = this.#namespaces.get(namespace) ?? new Map<string, ApiObject>();
    this.#namespaces.set(namespace, objects);
    objects.set(object.metadata.name ?? "", object);
    this.#sorted.delete(namespace);
  }

  delete(namespace: string, name: string): void {
    const objects = this.#namespaces.get(namespace);
    if (!objects?.delete(name)) return;
    if (objects.size === 0) this.#namespaces.delete(namespace);
    this.#sorted.delete(namespace);
  }

  /** Everything, or one namespace's objects. */
  list(namespace?: string): ApiObject[] {
    if (namespace !== undefined) return this.#listNamespace(namespace);
    const names = [...this.#namespaces.keys()].toSorted(compareKeys);
    return names.flatMap((name) => this.#listNamespace(name));
  }

  #listNamespace(namespace: string): ApiObject[] {
    const cached = this.#sorted.get(namespace);
    if (cached !== undefined) return cached;
    const objects = [...(this.#namespaces.get(namespace)?.values() ?? [])].toSorted((a, b) =>
      compareKeys(a.metadata.name ?? "", b.metadata.name ?? ""),
    );
    if (objects.length > 0) this.#sorted.set(namespace, objects);
    return objects;
  }
}

/** Orders by code unit, as byte-wise key order does for the ASCII names Kubernetes allows. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
