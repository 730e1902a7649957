import type { ApiObject } from "../api/object.js";
import type { ObjectLocation } from "../api/service.js";

/** `namespace/name`, or `/name` for cluster-scoped objects: what work queues hold. */
export function keyOf(object: ApiObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name ?? ""}`;
}

export function locationOfKey(key: string): ObjectLocation {
  const slash = key.indexOf("/");
  const namespace = key.slice(0, slash);
  const name = key.slice(slash + 1);
  return namespace === "" ? { name } : { namespace, name };
}

export function locationOfObject(object: ApiObject): ObjectLocation {
  return locationOfKey(keyOf(object));
}

export function nameOf(object: ApiObject): string {
  return object.metadata.name ?? "";
}

export function namespaceOf(object: ApiObject): string {
  return object.metadata.namespace ?? "";
}
