import type { ApiObject } from "../api/object.js";
import type { ListOptions, WatchEvent } from "../api/service.js";
import type { ResourceType } from "../registry/resource-type.js";
import { parseFieldSelector } from "../selector/field-selector.js";
import { parseLabelSelector } from "../selector/label-selector.js";
import type { StoreEvent } from "../store/watch-window.js";
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
