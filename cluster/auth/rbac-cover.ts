import { type PolicyRule, pathMatches } from "./rbac-rule.js";

/** The parts of `wanted` that `owned` does not cover, one verb, resource and name each. */
export function missingRules(owned: PolicyRule[], wanted: PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !owned.some((rule) => covers(rule, part)));
}

/** Joins parts that differ only by verb and prints them as the API does in its refusals, sorted. */
export function describeRules(parts: PolicyRule[]): string[] {
  const joined = new Map<string, PolicyRule>();
  for (const part of parts) {
    const key = JSON.stringify([part.apiGroups, part.resources, part.resourceNames, part.nonResourceURLs]);
    // Only resource rules are joined: a refusal about URLs is listed verb by verb.
    const existing = part.nonResourceURLs ? undefined : joined.get(key);
    if (existing) existing.verbs = [...existing.verbs, ...part.verbs];
    else joined.set(part.nonResourceURLs ? key + part.verbs.join() : key, { ...part });
  }
  return [...joined.values()].map(compactText).toSorted();
}

function breakDown(rule: PolicyRule): PolicyRule[] {
  const parts: PolicyRule[] = [];
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const part = { apiGroups: [group], resources: [resource], verbs: [verb] };
        const names = rule.resourceNames ?? [];
        if (names.length === 0) parts.push(part);
        else parts.push(...names.map((name) => ({ ...part, resourceNames: [name] })));
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) parts.push({ nonResourceURLs: [url], verbs: [verb] });
  }
  return parts;
}

function covers(owner: PolicyRule, part: PolicyRule): boolean {
  return (
    hasAll(owner.verbs, part.verbs) &&
    hasAll(owner.apiGroups ?? [], part.apiGroups ?? []) &&
    (part.resources ?? []).every((resource) => coversResource(owner.resources ?? [], resource)) &&
    (part.nonResourceURLs ?? []).every((url) => pathMatches(owner.nonResourceURLs ?? [], url)) &&
    coversNames(owner.resourceNames ?? [], part.resourceNames ?? [])
  );
}

function hasAll(set: string[], wanted: string[]): boolean {
  return set.includes("*") || wanted.every((item) => set.includes(item));
}

function coversResource(owned: string[], resource: string): boolean {
  if (owned.includes("*") || owned.includes(resource)) return true;
  const slash = resource.indexOf("/");
  return slash >= 0 && owned.includes(`*${resource.slice(slash)}`);
}

function coversNames(owned: string[], wanted: string[]): boolean {
  if (owned.length === 0) return true;
  return wanted.length > 0 && wanted.every((name) => owned.includes(name));
}

function compactText(rule: PolicyRule): string {
  const fields: [string, string[] | undefined][] = [
    ["APIGroups", rule.apiGroups],
    ["Resources", rule.resources],
    ["NonResourceURLs", rule.nonResourceURLs],
    ["ResourceNames", rule.resourceNames],
    ["Verbs", rule.verbs],
  ];
  const parts = fields
    .filter((field): field is [string, string[]] => (field[1]?.length ?? 0) > 0)
    .map(([label, values]) => `${label}:[${values.map((value) => JSON.stringify(value)).join(" ")}]`);
  return `{${parts.join(", ")}}`;
}
