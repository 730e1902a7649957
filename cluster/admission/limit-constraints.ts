import type { ApiObject } from "../api/object.js";
import type { PodSpec } from "./pod-resources.js";
import { containersOf, podResources, resourcesOf } from "./pod-resources.js";
import type { Quantity } from "../schema/quantity.js";
import { formatQuantity } from "../schema/quantity.js";
import type { ResourceList } from "./resource-list.js";
import { resourceList } from "./resource-list.js";

/** `spec.limits[]` of a LimitRange. */
export interface LimitItem {
  type: string;
  min?: Record<string, string>;
  max?: Record<string, string>;
  default?: Record<string, string>;
  defaultRequest?: Record<string, string>;
  maxLimitRequestRatio?: Record<string, string>;
}

/** One bound and what is held against it. */
interface Bound {
  type: string;
  name: string;
  enforced: Quantity;
  request: Quantity | undefined;
  limit: Quantity | undefined;
}

/** What a pod violates, in the words of the API, containers in order. */
export function podViolations(spec: PodSpec, limits: LimitItem[]): string[] {
  return limits.flatMap((item) => {
    if (item.type === "Container") {
      return containersOf(spec).flatMap((container) =>
        violations(item, resourcesOf(container, "requests"), resourcesOf(container, "limits")),
      );
    }
    if (item.type !== "Pod") return [];
    return violations(item, podResources(spec, "requests"), podResources(spec, "limits"));
  });
}

/** What a PersistentVolumeClaim violates. */
export function claimViolations(claim: ApiObject, limits: LimitItem[]): string[] {
  const spec = (claim["spec"] ?? {}) as { resources?: { requests?: unknown } };
  const requests = resourceList(spec.resources?.requests);
  return limits
    .filter(({ type }) => type === "PersistentVolumeClaim")
    .flatMap((item) => [
      ...each(item.type, item.min, requests, new Map()).flatMap(belowMinimum),
      ...each(item.type, item.max, requests, new Map()).flatMap(aboveMaximumRequest),
    ]);
}

function violations(item: LimitItem, requests: ResourceList, limits: ResourceList): string[] {
  return [
    ...each(item.type, item.min, requests, limits).flatMap(belowMinimum),
    ...each(item.type, item.max, requests, limits).flatMap(aboveMaximum),
    ...each(item.type, item.maxLimitRequestRatio, requests, limits).flatMap(aboveRatio),
  ];
}

function each(type: string, bounds: unknown, requests: ResourceList, limits: ResourceList): Bound[] {
  return [...resourceList(bounds)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, enforced]) => ({
      type,
      name,
      enforced,
      request: requests.get(name),
      limit: limits.get(name),
    }));
}

function belowMinimum({ type, name, enforced, request, limit }: Bound): string[] {
  const text = `minimum ${name} usage per ${type} is ${formatQuantity(enforced)}`;
  if (!request) return [`${text}.  No request is specified`];
  if (request.nano < enforced.nano) return [`${text}, but request is ${formatQuantity(request)}`];
  if (limit && limit.nano < enforced.nano) return [`${text}, but limit is ${formatQuantity(limit)}`];
  return [];
}

function aboveMaximum({ type, name, enforced, request, limit }: Bound): string[] {
  const text = `maximum ${name} usage per ${type} is ${formatQuantity(enforced)}`;
  if (!limit) return [`${text}.  No limit is specified`];
  if (limit.nano > enforced.nano) return [`${text}, but limit is ${formatQuantity(limit)}`];
  if (request && request.nano > enforced.nano) return [`${text}, but request is ${formatQuantity(request)}`];
  return [];
}

function aboveMaximumRequest({ type, name, enforced, request }: Bound): string[] {
  const text = `maximum ${name} usage per ${type} is ${formatQuantity(enforced)}`;
  if (!request) return [`${text}.  No request is specified`];
  return request.nano > enforced.nano ? [`${text}, but request is ${formatQuantity(request)}`] : [];
}

function aboveRatio({ type, name, enforced, request, limit }: Bound): string[] {
  const text = `${name} max limit to request ratio per ${type} is ${formatQuantity(enforced)}`;
  if (!request || request.nano === 0n) return [`${text}, but no request is specified or request is 0`];
  if (!limit || limit.nano === 0n) return [`${text}, but no limit is specified or limit is 0`];
  const ratio = Number(limit.nano) / Number(request.nano);
  return ratio > Number(enforced.nano) / 1e9 ? [`${text}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}
