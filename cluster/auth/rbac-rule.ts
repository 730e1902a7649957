import type { AccessAttributes } from "./access.js";

/** `rules[]` of a Role or ClusterRole (Kubernetes `PolicyRule`). */
export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** Whether one rule permits one request, as the RBAC authorizer reads rules. */
export function ruleAllows(rule: PolicyRule, attributes: AccessAttributes): boolean {
  if (!includesOrAll(rule.verbs, attributes.verb)) return false;
  const { resource } = attributes;
  if (!resource) return pathMatches(rule.nonResourceURLs ?? [], attributes.path ?? "");
  return (
    includesOrAll(rule.apiGroups, resource.group) &&
    resourceMatches(rule.resources ?? [], resource.resource, resource.subresource) &&
    nameMatches(rule.resourceNames ?? [], resource.name ?? "")
  );
}

function includesOrAll(list: string[] | undefined, wanted: string): boolean {
  return list !== undefined && (list.includes("*") || list.includes(wanted));
}

function resourceMatches(resources: string[], resource: string, subresource: string | undefined): boolean {
  if (resources.includes("*")) return true;
  if (!subresource) return resources.includes(resource);
  return resources.includes(`${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

function nameMatches(names: string[], name: string): boolean {
  return names.length === 0 || names.includes(name);
}

/** Whether one of a rule's URLs, which may end in stars, fits the path. */
export function pathMatches(patterns: readonly string[], path: string): boolean {
  return patterns.some((pattern) => {
    let end = pattern.length;
    while (pattern[end - 1] === "*") end--;
    return pattern === path || (end < pattern.length && path.startsWith(pattern.slice(0, end)));
  });
}
