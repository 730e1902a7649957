import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import type { LabelSelector, Pod, Service } from "./object-kinds.js";
import { namespaceOf } from "./object-keys.js";
import { pods, services } from "./resource-refs.js";

/**
 * What controllers look up by something other than a name. Each function reads an index, so that it costs as much as it
 * finds, however much else there is in the namespace.
 */

/** The pods of a namespace a selector selects; an absent selector selects none. */
export function podsSelectedBy(
  api: ApiService,
  namespace: string,
  selector: LabelSelector | undefined,
): Pod[] {
  const matches = labelSelectorMatcher(selector);
  return candidates(api, namespace, selector?.matchLabels ?? {}).filter(({ metadata }) =>
    matches(metadata.labels),
  );
}

/** The services that select a pod with these labels. */
export function servicesSelecting(api: ApiService, pod: ApiObject): Service[] {
  const index = api.index(services, selectorKeys);
  const found = labelKeys(pod).flatMap((key) => index.get(key) as Service[]);
  return found.filter(({ spec }) =>
    labelSelectorMatcher({ matchLabels: spec.selector ?? {} })(pod.metadata.labels),
  );
}

/** The pods of the label that the fewest have. */
function candidates(api: ApiService, namespace: string, labels: Record<string, string>): Pod[] {
  const keys = Object.entries(labels).map(([name, value]) => labelKey(namespace, name, value));
  if (keys.length === 0) return api.list(pods, { namespace }) as Pod[];
  const index = api.index(pods, labelKeys);
  const rarest = keys.reduce((a, b) => (index.count(b) < index.count(a) ? b : a));
  return index.get(rarest) as Pod[];
}

function labelKeys(object: ApiObject): string[] {
  const labels = Object.entries(object.metadata.labels ?? {});
  return labels.map(([name, value]) => labelKey(namespaceOf(object), name, value));
}

/** One label of a selector is enough to find it by: a pod it selects has all of them. */
function selectorKeys(service: ApiObject): string[] {
  const [first] = Object.entries((service as Service).spec.selector ?? {});
  return first === undefined ? [] : [labelKey(namespaceOf(service), ...first)];
}

function labelKey(namespace: string, name: string, value: string): string {
  return `${namespace}/${name}=${value}`;
}
