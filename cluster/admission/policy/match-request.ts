import type { ApiObject } from "../../api/object.js";
import type { ApiService } from "../../api/service.js";
import { StatusError } from "../../api/status.js";
import { labelSelectorMatcher } from "../../selector/label-selector.js";
import type { AdmissionRequest } from "../admission.js";
import type { LabelSelector, MatchResources, RuleWithNames } from "./policy-types.js";

/** Whether `criteria` select the request. A namespace that cannot be found is an error only where everything else matches. */
export function matchesRequest(
  criteria: MatchResources,
  request: AdmissionRequest,
  api: ApiService,
): boolean {
  if (!matchesObject(criteria.objectSelector, request)) return false;
  if (criteria.excludeResourceRules?.some((rule) => matchesRule(rule, criteria, request))) return false;
  const rules = criteria.resourceRules ?? [];
  if (rules.length > 0 && !rules.some((rule) => matchesRule(rule, criteria, request))) return false;
  return matchesNamespace(criteria.namespaceSelector, request, api);
}

function matchesNamespace(
  selector: LabelSelector | undefined,
  request: AdmissionRequest,
  api: ApiService,
): boolean {
  const isNamespaces = isNamespaceResource(request);
  if (isEmpty(selector) || (request.namespace === "" && !isNamespaces)) return true;
  return labelSelectorMatcher(selector)(namespaceLabels(request, isNamespaces, api));
}

function namespaceLabels(
  request: AdmissionRequest,
  isNamespaces: boolean,
  api: ApiService,
): Record<string, string> {
  const isOwnWrite = isNamespaces && !request.resource.subresource && request.operation !== "DELETE";
  if (isOwnWrite) return request.object?.metadata.labels ?? {};
  const name = request.namespace || request.name;
  const namespace = api.find({ group: "", version: "v1", resource: "namespaces" }, { name });
  if (namespace) return namespace.metadata.labels ?? {};
  throw new StatusError({
    code: 404,
    reason: "NotFound",
    message: `namespace ${JSON.stringify(name)} not found`,
    details: { name, kind: "namespaces" },
  });
}

function matchesObject(selector: LabelSelector | undefined, request: AdmissionRequest): boolean {
  if (isEmpty(selector)) return true;
  const matches = labelSelectorMatcher(selector);
  const selects = (object: ApiObject | undefined): boolean =>
    object !== undefined && matches(object.metadata.labels);
  return selects(request.object) || selects(request.oldObject);
}

function isEmpty(selector: LabelSelector | undefined): boolean {
  return (
    !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && !selector.matchExpressions?.length)
  );
}

function matchesRule(rule: RuleWithNames, criteria: MatchResources, request: AdmissionRequest): boolean {
  // `Equivalent` (the default) finds a resource in any served version: what is stored is one object.
  const isAnyVersion = criteria.matchPolicy !== "Exact";
  return (
    matchesScope(rule.scope, request) &&
    includesOrAll(rule.operations, request.operation) &&
    includesOrAll(rule.apiGroups, request.resource.group) &&
    (isAnyVersion || includesOrAll(rule.apiVersions, request.resource.version)) &&
    (rule.resources ?? []).some((pattern) => matchesResource(pattern, request)) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(request.name))
  );
}

function matchesScope(scope: string | undefined, request: AdmissionRequest): boolean {
  if (scope === undefined || scope === "*") return true;
  const isCluster = request.namespace === "" || isNamespaceResource(request);
  return scope === "Cluster" ? isCluster : !isCluster;
}

function matchesResource(pattern: string, { resource }: AdmissionRequest): boolean {
  const [name, subresource = ""] = pattern.split("/");
  const isSubresource = subresource === "*" || subresource === (resource.subresource ?? "");
  return isSubresource && (name === "*" || name === resource.resource);
}

function includesOrAll(list: string[] | undefined, wanted: string): boolean {
  return list !== undefined && (list.includes("*") || list.includes(wanted));
}

function isNamespaceResource({ resource }: AdmissionRequest): boolean {
  return resource.group === "" && resource.resource === "namespaces";
}
