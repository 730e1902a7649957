import type { ApiObject, ResourceRef } from "../../api/object.js";
import { containersOf, podSpecOf, resourcesOf } from "../pod-resources.js";

interface ScopeRequirement {
  scopeName: string;
  operator: string;
  values?: string[];
}

export interface QuotaSpec {
  hard?: Record<string, string>;
  scopes?: string[];
  scopeSelector?: { matchExpressions?: ScopeRequirement[] };
}

/** Whether a quota with scopes counts this object. Scopes speak of pods only: with them, nothing else is counted. */
export function isInScope(
  spec: QuotaSpec,
  resource: Pick<ResourceRef, "group" | "resource">,
  object: ApiObject,
): boolean {
  const requirements = [
    ...(spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists" })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  if (requirements.length === 0) return true;
  if (resource.group !== "" || resource.resource !== "pods") return false;
  return requirements.every((requirement) => matchesScope(requirement, object));
}

function matchesScope(requirement: ScopeRequirement, pod: ApiObject): boolean {
  const spec = podSpecOf(pod);
  const isTerminating = (spec.activeDeadlineSeconds ?? -1) >= 0;
  switch (requirement.scopeName) {
    case "Terminating":
      return isTerminating;
    case "NotTerminating":
      return !isTerminating;
    case "BestEffort":
      return isBestEffort(pod);
    case "NotBestEffort":
      return !isBestEffort(pod);
    case "PriorityClass":
      return matchesPriority(requirement, spec.priorityClassName ?? "");
    default:
      return false;
  }
}

function isBestEffort(pod: ApiObject): boolean {
  return containersOf(podSpecOf(pod)).every((container) =>
    [resourcesOf(container, "requests"), resourcesOf(container, "limits")].every((list) =>
      ["cpu", "memory"].every((name) => (list.get(name)?.nano ?? 0n) === 0n),
    ),
  );
}

function matchesPriority({ operator, values = [] }: ScopeRequirement, name: string): boolean {
  switch (operator) {
    case "Exists":
      return name !== "";
    case "DoesNotExist":
      return name === "";
    case "In":
      return name !== "" && values.includes(name);
    default:
      return !values.includes(name);
  }
}
