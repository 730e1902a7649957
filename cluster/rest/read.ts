import type { ApiObject } from "../api/object.js";
import type { ListOptions, WatchEvent } from "../api/service.js";
import type { ResourceType } from "../registry/resource-type.js";
import { parseFieldSelector } from "../selector/field-selector.js";
import { parseLabelSelector } from "../selector/label-selector.js";
import type { StoreEvent } from "../store/history.js";
import type { KeyRange } from "../store/keyspace.js";
import type { ApiCore } from "./api-core.js";
import { inVersion } from "./api-core.js";

/** Tells whether a list or watch covers an object. */
export type ObjectMatcher = (object: ApiObject) => boolean;

export function matcherOf(type: ResourceType, { labelSelector, fieldSelector }: ListOptions): ObjectMatcher {
  const matchers: ObjectMatcher[] = [];
  if (labelSelector !== undefined && labelSelector !== "") {
    const matches = parseLabelSelector(labelSelector);
    matchers.push((object) => matches(object.metadata.labels));
  }
  if (fieldSelector !== undefined && fieldSelector !== "") {
    const custom = type.custom?.selectableFields.map((path) => path.replace(/^\./, ""));
    matchers.push(parseFieldSelector(fieldSelector, `${type.group}/${type.kind}`, custom));
  }
  return (object) => matchers.every((matches) => matches(object));
}

export function listObjects(core: ApiCore, type: ResourceType, options: ListOptions): ApiObject[] {
  const namespace = type.namespaced ? options.namespace : undefined;
  const matches = matcherOf(type, options);
  const objects = core.store.list(type.storageKey, namespace).map((object) => inVersion(type, object));
  return options.labelSelector || options.fieldSelector ? objects.filter(matches) : objects;
}

export interface PageOptions extends ListOptions {
  /** The state to read. */
  revision: number;
  /** Objects at most; 0 for all. */
  limit: number;
  /** Where the page before ended. */
  after?: KeyRange["after"];
}

export interface Page {
  items: ApiObject[];
  /** Where the page ends; absent from the last one. */
  next?: { namespace: string; name: string };
  /** Objects after the page; not counted under a selector, as a real API server does not. */
  remaining?: number;
}

/** One page of a list as it was at `options.revision`; `undefined` when that is no longer known. */
export function readPage(core: ApiCore, type: ResourceType, options: PageOptions): Page | undefined {
  const { revision, limit, after } = options;
  const namespace = type.namespaced ? options.namespace : undefined;
  const objects = core.store.snapshot({ resource: type.storageKey, namespace, after }, revision);
  if (objects === undefined) return undefined;
  const hasSelector = Boolean(options.labelSelector || options.fieldSelector);
  const matches = matcherOf(type, options);
  const isShown = (stored: ApiObject): boolean => !hasSelector || matches(inVersion(type, stored));
  const { taken, remaining } = take(objects, limit > 0 ? limit : Number.POSITIVE_INFINITY, isShown);
  const items = taken.map((stored) => inVersion(type, stored));
  const last = items.at(-1)?.metadata;
  if (remaining === 0 || last === undefined) return { items };
  const next = { namespace: last.namespace ?? "", name: last.name ?? "" };
  return { items, next, ...(!hasSelector && { remaining }) };
}

/** The first `limit` of the objects that are shown, and how many of these come after them. */
function take(
  objects: Iterable<ApiObject>,
  limit: number,
  isShown: (stored: ApiObject) => boolean,
): { taken: ApiObject[]; remaining: number } {
  const taken: ApiObject[] = [];
  let remaining = 0;
  for (const object of objects) {
    if (!isShown(object)) continue;
    if (taken.length < limit) taken.push(object);
    else remaining += 1;
  }
  return { taken, remaining };
}

/** Replays what exists, then follows; see `ApiService.watch`. */
export function watchObjects(
  core: ApiCore,
  type: ResourceType,
  listener: (event: WatchEvent) => void,
): () => void {
  const from = core.store.revision;
  let pending: WatchEvent[] | undefined = [];
  const stop = core.store.subscribe(type.storageKey, (event) => {
    if (event.revision <= from) return;
    // A listener that writes while it is being told what exists must still hear of things in order.
    if (pending === undefined) listener(toWatchEvent(type, event));
    else pending.push(toWatchEvent(type, event));
  });
  for (const object of core.store.list(type.storageKey)) {
    listener({ type: "ADDED", object: inVersion(type, object) });
  }
  for (let event = pending.shift(); event !== undefined; event = pending.shift()) listener(event);
  pending = undefined;
  return stop;
}

function toWatchEvent(type: ResourceType, { type: kind, object, previous }: StoreEvent): WatchEvent {
  return {
    type: kind,
    object: inVersion(type, object),
    ...(previous && { previous: inVersion(type, previous) }),
  };
}
