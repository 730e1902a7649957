import type { AuditedImages } from "../../common/audit.js";
import type { WorkloadName } from "../../common/tmc-api.js";
import type { AuditedObject } from "./audited-kinds.js";

/** A Job of a CronJob is the longest chain of owners there is; more would be a circle. */
const MAX_OWNERS = 5;

/** Objects of one owner that an audit tells nothing apart of, such as the pods of a ReplicaSet. */
interface Alike {
  one: AuditedObject;
  count: number;
}

interface Namespace {
  objects: Map<string, AuditedObject>;
  alike: Map<string, Alike>;
}

/** Everything that holds images, by namespace; what is alike is counted as it comes and goes, so that an audit looks at each sort of it once. */
export class AuditedCluster {
  readonly #namespaces = new Map<string, Namespace>();

  /** Says whether anything changed that an audit looks at; statuses of pods change all the time. */
  put(object: AuditedObject): boolean {
    const { namespace } = object.metadata;
    const known = this.#namespaces.get(namespace) ?? { objects: new Map(), alike: new Map() };
    this.#namespaces.set(namespace, known);
    const key = keyOf(object.self);
    const before = known.objects.get(key);
    known.objects.set(key, object);
    if (before && textOf(before) === textOf(object)) return false;
    if (before) discount(known.alike, before);
    count(known.alike, object);
    return true;
  }

  remove({ metadata: { namespace }, self }: AuditedObject): void {
    const known = this.#namespaces.get(namespace);
    const before = known?.objects.get(keyOf(self));
    if (!known || !before) return;
    known.objects.delete(keyOf(self));
    discount(known.alike, before);
    if (known.objects.size === 0) this.#namespaces.delete(namespace);
  }

  /** Pods under the name of the workload that made them, and the templates of those workloads. */
  imagesIn(namespace: string): AuditedImages[] {
    const { objects, alike } = this.#namespaces.get(namespace) ?? { objects: new Map(), alike: new Map() };
    return [...alike.values()]
      .filter(({ one: { isOver, pods, owner } }) => !isOver && (pods > 0 || owner === undefined))
      .map(({ one, count: times }) => {
        const { images, pods, wanted } = one;
        return { workload: topOwner(one, objects), images, pods: pods * times, wanted: wanted * times };
      });
  }
}

function count(alike: Map<string, Alike>, object: AuditedObject): void {
  const key = sortOf(object);
  const known = alike.get(key);
  if (known) known.count += 1;
  else alike.set(key, { one: object, count: 1 });
}

function discount(alike: Map<string, Alike>, object: AuditedObject): void {
  const key = sortOf(object);
  const known = alike.get(key);
  if (known && known.count > 1) known.count -= 1;
  else alike.delete(key);
}

/** What nobody made stands for itself. */
function sortOf(object: AuditedObject): string {
  return `${object.owner === undefined ? keyOf(object.self) : ""} ${textOf(object)}`;
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
