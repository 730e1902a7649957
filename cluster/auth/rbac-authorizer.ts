import type { AccessAttributes, Authorizer } from "./access.js";
import type { AppliedRule, RbacIndex } from "./rbac-index.js";
import { ruleAllows } from "./rbac-rule.js";

export const PRIVILEGED_GROUP = "system:masters";

/** Decides by the roles and bindings of `index`; members of `system:masters` may do everything, as in a real API server. */
export function createRbacAuthorizer(index: RbacIndex): Authorizer {
  return { authorize: (attributes) => authorize(index, attributes) };
}

function authorize(index: RbacIndex, attributes: AccessAttributes): { allowed: boolean; reason: string } {
  if (attributes.user.groups.includes(PRIVILEGED_GROUP)) return { allowed: true, reason: "" };
  const missing: string[] = [];
  const namespace = attributes.resource?.namespace ?? "";
  for (const applied of index.rulesFor(attributes.user, namespace, (text) => missing.push(text))) {
    if (ruleAllows(applied.rule, attributes))
      return { allowed: true, reason: `RBAC: allowed by ${describe(applied)}` };
  }
  return { allowed: false, reason: missing.length === 0 ? "" : `RBAC: ${aggregate(missing)}` };
}

function describe({ binding, subject }: AppliedRule): string {
  const isCluster = binding.namespace === "";
  const kind = isCluster ? "ClusterRoleBinding" : "RoleBinding";
  // The API prints "name/namespace" here, the other way round than everywhere else.
  const name = isCluster ? binding.name : `${binding.name}/${binding.namespace}`;
  const subjectName =
    subject.kind === "ServiceAccount"
      ? `${subject.name}/${subject.namespace || binding.namespace}`
      : subject.name;
  return `${kind} ${JSON.stringify(name)} of ${binding.roleRef.kind} ${JSON.stringify(binding.roleRef.name)} to ${subject.kind} ${JSON.stringify(subjectName)}`;
}

/** Go's aggregate error text: duplicates once, brackets only around several. */
function aggregate(texts: string[]): string {
  const distinct = [...new Set(texts)];
  return distinct.length === 1 ? (distinct[0] ?? "") : `[${distinct.join(", ")}]`;
}
