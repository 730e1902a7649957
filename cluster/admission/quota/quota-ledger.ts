import type { ApiObject, ResourceRef } from "../../api/object.js";
import type { ApiService } from "../../api/service.js";
import { StatusError } from "../../api/status.js";
import type { ResourceList } from "../resource-list.js";
import { addTo, resourceList } from "../resource-list.js";
import { countedResource, objectUsage } from "./quota-usage.js";
import type { QuotaSpec } from "./quota-scopes.js";
import { isInScope } from "./quota-scopes.js";

/** An admitted object counts as stored for this long, unless it is: storing takes milliseconds, and a write can still fail. */
export const RESERVATION_MS = 2000;

interface Reservation {
  resource: ResourceRef;
  object: ApiObject;
  expires: number;
}

/**
 * Works out what a namespace uses from what is stored, so a count cannot drift; objects admitted but not stored yet are
 * reserved for, so that many requests at once cannot pass one quota together.
 */
export class QuotaLedger {
  readonly #api: ApiService;
  readonly #now: () => number;
  readonly #reservations = new Map<string, Map<string, Reservation>>();

  constructor(api: ApiService, now: () => number = Date.now) {
    this.#api = api;
    this.#now = now;
  }

  /** Use of every amount the quota limits. */
  used(quota: ApiObject): ResourceList {
    const spec = quotaSpec(quota);
    const names = [...resourceList(spec.hard).keys()];
    const used: ResourceList = new Map(names.map((name) => [name, { nano: 0n, format: "decimal" }]));
    const namespace = quota.metadata.namespace ?? "";
    for (const resource of distinctResources(names)) {
      for (const object of this.#objects(resource, namespace)) {
        if (!isInScope(spec, resource, object)) continue;
        const usage = objectUsage(resource, object, this.#now());
        addTo(used, new Map([...usage].filter(([name]) => used.has(name))));
      }
    }
    return used;
  }

  /** Counts `object` from now on, though it is not stored yet. */
  reserve(resource: ResourceRef, namespace: string, object: ApiObject): void {
    const own = this.#reservations.get(namespace) ?? new Map<string, Reservation>();
    this.#reservations.set(namespace, own);
    const now = this.#now();
    for (const [uid, { expires }] of own) if (expires < now) own.delete(uid);
    own.set(object.metadata.uid ?? "", { resource, object, expires: now + RESERVATION_MS });
  }

  /** Stored objects, with those reserved in their place or beside them. */
  #objects(resource: Pick<ResourceRef, "group" | "resource">, namespace: string): ApiObject[] {
    const stored = this.#list(resource, namespace);
    const reserved = [...(this.#reservations.get(namespace)?.values() ?? [])].filter(
      (entry) =>
        entry.expires >= this.#now() &&
        entry.resource.group === resource.group &&
        entry.resource.resource === resource.resource,
    );
    if (reserved.length === 0) return stored;
    const known = new Set(stored.map(({ metadata }) => metadata.uid));
    return [
      ...stored,
      ...reserved.map(({ object }) => object).filter(({ metadata }) => !known.has(metadata.uid)),
    ];
  }

  #list({ group, resource }: Pick<ResourceRef, "group" | "resource">, namespace: string): ApiObject[] {
    for (const version of this.#versionsOf(group, resource)) {
      try {
        return this.#api.list({ group, version, resource }, { namespace });
      } catch (error) {
        // A quota may count what is not served (any more): that is nothing, not an error.
        if (!(error instanceof StatusError && error.code === 404)) throw error;
      }
    }
    return [];
  }

  #versionsOf(group: string, resource: string): string[] {
    if (!group.includes(".") || group.endsWith(".k8s.io")) return ["v1", "v2"];
    const ref = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };
    const definition = this.#api.find(ref, { name: `${resource}.${group}` });
    const spec = definition?.["spec"] as { versions?: { name: string; served: boolean }[] } | undefined;
    return (spec?.versions ?? []).filter(({ served }) => served).map(({ name }) => name);
  }
}

export function quotaSpec(quota: ApiObject): QuotaSpec {
  return quota["spec"] ?? {};
}

function distinctResources(names: string[]): Pick<ResourceRef, "group" | "resource">[] {
  const all = names
    .map(countedResource)
    .map((resource) => [`${resource.group}/${resource.resource}`, resource] as const);
  return [...new Map(all).values()];
}
