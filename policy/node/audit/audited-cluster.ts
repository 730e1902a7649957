import type { AuditedImages } from "../../common/audit.js";
import type { WorkloadName } from "../../common/tmc-api.js";
import type { AuditedObject } from "./audited-kinds.js";

/** A Job of a CronJob is the longest chain of owners there is; more would be a circle. */
const MAX_OWNERS = 5;

/** Everything that holds images, by namespace. */
export class AuditedCluster {
  readonly #namespaces = new Map<string, Map<string, AuditedObject>>();

  /** Says whether anything changed that an audit looks at; statuses of pods change all the time. */
  put(object: AuditedObject): boolean {
    const objects = this.#namespaces.get(object.metadata.namespace) ?? new Map<string, AuditedObject>();
    this.#namespaces.set(object.metadata.namespace, objects);
    const key = keyOf(object.self);
    const known = objects.get(key);
    objects.set(key, object);
    return known === undefined || textOf(known) !== textOf(object);
  }

  remove({ metadata: { namespace }, self }: AuditedObject): void {
    const objects = this.#namespaces.get(namespace);
    objects?.delete(keyOf(self));
    if (objects?.size === 0) this.#namespaces.delete(namespace);
  }

  /** Pods under the name of the workload that made them, and the templates of those workloads. */
  imagesIn(namespace: string): AuditedImages[] {
    const objects = this.#namespaces.get(namespace) ?? new Map<string, AuditedObject>();
    return [...objects.values()]
      .filter(({ isOver, pods, owner }) => !isOver && (pods > 0 || owner === undefined))
      .map((object) => {
        const { images, pods, wanted } = object;
        return { workload: topOwner(object, objects), images, pods, wanted };
      });
  }
}

function topOwner(object: AuditedObject, objects: ReadonlyMap<string, AuditedObject>): WorkloadName {
  let at: AuditedObject = object;
  for (let step = 0; step < MAX_OWNERS && at.owner; step++) {
    const above = objects.get(keyOf(at.owner));
    if (!above) return at.owner;
    at = above;
  }
  return at.self;
}

function keyOf({ kind, name }: WorkloadName): string {
  return `${kind}/${name}`;
}

function textOf({ owner, images, pods, wanted, isOver }: AuditedObject): string {
  return JSON.stringify([owner, images, pods, wanted, isOver]);
}
