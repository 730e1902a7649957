import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import { qosClassOf } from "../kinds/pod-strategy.js";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.js";
import type { LimitItem } from "./limit-constraints.js";
import { claimViolations, podViolations } from "./limit-constraints.js";
import type { Container } from "./pod-resources.js";
import { podSpecOf } from "./pod-resources.js";
import { refuse } from "./refusal.js";

const LIMIT_RANGES = { group: "", version: "v1", resource: "limitranges" };
const ANNOTATION = "kubernetes.io/limit-ranger";

/** Gives containers the defaults of the namespace's LimitRanges and refuses what is outside their bounds. */
export function createLimitRanger(api: ApiService): AdmissionPlugin {
  return {
    name: "LimitRanger",
    mutate(request) {
      if (!request.object || request.operation !== "CREATE" || !isPod(request)) return;
      for (const range of rangesOf(api, request)) applyDefaults(request.object, limitsOf(range));
      // The class of service follows from requests and limits, which may have changed just now.
      const status = request.object["status"] ?? {};
      request.object["status"] = { ...status, qosClass: qosClassOf(request.object) };
    },
    validate(request) {
      const { object, oldObject } = request;
      if (!object || oldObject?.metadata.deletionTimestamp) return;
      for (const range of rangesOf(api, request)) {
        const violations = [...new Set(violationsOf(request, object, limitsOf(range)))];
        if (violations.length > 0) throw refuse(request, aggregate(violations));
      }
    },
  };
}

function violationsOf(request: AdmissionRequest, object: ApiObject, limits: LimitItem[]): string[] {
  if (isPod(request) && request.operation === "CREATE") return podViolations(podSpecOf(object), limits);
  const { resource, operation } = request;
  const isClaim =
    resource.group === "" && resource.resource === "persistentvolumeclaims" && !resource.subresource;
  return isClaim && (operation === "CREATE" || operation === "UPDATE") ? claimViolations(object, limits) : [];
}

function isPod({ resource }: AdmissionRequest): boolean {
  return resource.group === "" && resource.resource === "pods" && !resource.subresource;
}

function rangesOf(api: ApiService, { namespace }: AdmissionRequest): ApiObject[] {
  return namespace === "" ? [] : api.list(LIMIT_RANGES, { namespace });
}

function limitsOf(range: ApiObject): LimitItem[] {
  return ((range["spec"] ?? {}) as { limits?: LimitItem[] }).limits ?? [];
}

function applyDefaults(pod: ApiObject, limits: LimitItem[]): void {
  const ofContainers = limits.filter(({ type }) => type === "Container");
  const defaults = {
    requests: Object.assign({}, ...ofContainers.map(({ defaultRequest }) => defaultRequest ?? {})) as Record<
      string,
      string
    >,
    limits: Object.assign({}, ...ofContainers.map((item) => item.default ?? {})) as Record<string, string>,
  };
  const spec = podSpecOf(pod);
  const notes = [
    ...(spec.containers ?? []).flatMap((container) => fill(container, defaults, "container")),
    ...(spec.initContainers ?? []).flatMap((container) => fill(container, defaults, "init container")),
  ];
  if (notes.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${notes.join("; ")}`,
  };
}

/** Fills what is missing and says so in the words of the annotation. */
function fill(
  container: Container,
  defaults: { requests: Record<string, string>; limits: Record<string, string> },
  label: string,
): string[] {
  const resources = container.resources ?? {};
  const missing = (side: "requests" | "limits"): string[] =>
    Object.keys(defaults[side])
      .filter((name) => resources[side]?.[name] === undefined)
      .toSorted();
  const [requests, limits] = [missing("requests"), missing("limits")];
  if (requests.length > 0)
    resources.requests = { ...resources.requests, ...pick(defaults.requests, requests) };
  if (limits.length > 0) resources.limits = { ...resources.limits, ...pick(defaults.limits, limits) };
  container.resources = resources;
  return [
    ...(requests.length > 0 ? [`${requests.join(", ")} request for ${label} ${container.name}`] : []),
    ...(limits.length > 0 ? [`${limits.join(", ")} limit for ${label} ${container.name}`] : []),
  ];
}

function pick(from: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, from[name] ?? ""]));
}

function aggregate(texts: string[]): string {
  return texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(", ")}]`;
}
