import type { ApiObject } from "../api/object.js";

/** What an object is found by. */
export type KeysOf = (object: ApiObject) => string[];

/** The objects of one resource by whatever is derived from them, such as their owner; kept by the store with each change. */
export class ObjectIndex {
  readonly #keysOf: KeysOf;
  readonly #objects = new Map<string, Map<string, ApiObject>>();

  constructor(keysOf: KeysOf) {
    this.#keysOf = keysOf;
  }

  /** In the order in which they came under the key. */
  get(key: string): ApiObject[] {
    return [...(this.#objects.get(key)?.values() ?? [])];
  }

  count(key: string): number {
    return this.#objects.get(key)?.size ?? 0;
  }

  /** Puts `object` in the place of `previous`; either is absent where it was created or removed. */
  replace(previous: ApiObject | undefined, object: ApiObject | undefined): void {
    const keys = object === undefined ? [] : this.#keysOf(object);
    const id = idOf(object ?? previous);
    for (const key of previous === undefined ? [] : this.#keysOf(previous))
      if (!keys.includes(key)) this.#remove(key, id);
    if (object === undefined) return;
    for (const key of keys) {
      const known = this.#objects.get(key);
      if (known === undefined) this.#objects.set(key, new Map([[id, object]]));
      else known.set(id, object);
    }
  }

  #remove(key: string, id: string): void {
    const known = this.#objects.get(key);
    known?.delete(id);
    if (known?.size === 0) this.#objects.delete(key);
  }
}

function idOf(object: ApiObject | undefined): string {
  return `${object?.metadata.namespace ?? ""}/${object?.metadata.name ?? ""}`;
}
