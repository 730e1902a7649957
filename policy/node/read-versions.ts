import { LRUCache } from "lru-cache";

import type { HierarchyObject } from "./records.js";
import { isNewer } from "./seen-versions.js";

/** As many as the organizations that are busy at one time have policies; each is a few kilobytes. */
const MAX_OBJECTS = 2000;

/** Gives what is read again in the same version as the object it was read as before, so that what was made of it can be remembered with it. */
export class ReadVersions {
  readonly #objects = new LRUCache<string, HierarchyObject<unknown>>({ max: MAX_OBJECTS });

  same<T extends HierarchyObject<unknown>>(object: T): T {
    const { uid, resourceVersion } = object.metadata;
    if (uid === undefined || resourceVersion === undefined) return object;
    const known = this.#objects.get(uid);
    if (known?.metadata.resourceVersion === resourceVersion) return known as T;
    if (isNewer(resourceVersion, known?.metadata.resourceVersion)) this.#objects.set(uid, object);
    return object;
  }

  /** The newest that was read or written. */
  newest(uid: string): HierarchyObject<unknown> | undefined {
    return this.#objects.get(uid);
  }
}
