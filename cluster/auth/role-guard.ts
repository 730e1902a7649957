import { isDeepStrictEqual } from "node:util";

import type { AdmissionPlugin, AdmissionRequest } from "../admission/admission.js";
import type { ApiObject } from "../api/object.js";
import { forbidden, notFound } from "../api/status.js";
import type { AccessAttributes, Authorizer } from "./access.js";
import { PRIVILEGED_GROUP } from "./rbac-authorizer.js";
import { describeRules, missingRules } from "./rbac-cover.js";
import type { RbacIndex, RoleRef } from "./rbac-index.js";
import type { PolicyRule } from "./rbac-rule.js";

const GROUP = "rbac.authorization.k8s.io";

/** What `cluster-admin` grants. */
const EVERYTHING: PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

/** Refuses roles and bindings that grant what their author does not hold, unless the author may `escalate` or `bind`. */
export function createRoleGuard(index: RbacIndex, authorizer: Authorizer): AdmissionPlugin {
  return {
    name: "RoleGuard",
    validate(request) {
      const isWrite = request.operation === "CREATE" || request.operation === "UPDATE";
      if (!isWrite || request.resource.group !== GROUP || request.resource.subresource) return;
      if (request.user.groups.includes(PRIVILEGED_GROUP)) return;
      const granted = grantedRules(index, authorizer, request);
      const held = [...index.rulesFor(request.user, request.namespace)].map(({ rule }) => rule);
      const missing = missingRules(held, granted);
      if (missing.length > 0) throw escalation(request, missing);
    },
  };
}

/** What the write would grant beyond what its author may hand out anyway. */
function grantedRules(index: RbacIndex, authorizer: Authorizer, request: AdmissionRequest): PolicyRule[] {
  const { object, oldObject, resource } = request;
  if (!object || (oldObject && differsOnlyInLifecycle(object, oldObject))) return [];
  if (resource.resource === "roles" || resource.resource === "clusterroles") {
    if (may(authorizer, request, { verb: "escalate", resource: resource.resource, name: request.name }))
      return [];
    if (aggregates(object) || (oldObject && aggregates(oldObject))) refuseAggregation(index, request);
    return (object["rules"] as PolicyRule[] | null | undefined) ?? [];
  }
  const roleRef = object["roleRef"] as RoleRef;
  const target = roleRef.kind === "ClusterRole" ? "clusterroles" : "roles";
  if (may(authorizer, request, { verb: "bind", resource: target, name: roleRef.name })) return [];
  const rules = index.rulesOf(roleRef, request.namespace);
  if (typeof rules === "string") throw notFound(request.resource, roleRef.name);
  return rules;
}

function aggregates(object: ApiObject): boolean {
  const rule = object["aggregationRule"] as { clusterRoleSelectors?: unknown[] } | null | undefined;
  return (rule?.clusterRoleSelectors?.length ?? 0) > 0;
}

/** An aggregated ClusterRole can come to hold anything, so only who holds everything may make one. */
function refuseAggregation(index: RbacIndex, request: AdmissionRequest): void {
  const held = [...index.rulesFor(request.user, request.namespace)].map(({ rule }) => rule);
  if (missingRules(held, EVERYTHING).length === 0) return;
  const why = "must have cluster-admin privileges to use the aggregationRule";
  throw forbidden(request.resource, request.name, why);
}

function may(
  authorizer: Authorizer,
  request: AdmissionRequest,
  right: { verb: string; resource: string; name: string },
): boolean {
  const attributes: AccessAttributes = {
    user: request.user,
    verb: right.verb,
    resource: {
      group: GROUP,
      resource: right.resource,
      ...(request.namespace !== "" && { namespace: request.namespace }),
      ...(right.name !== "" && { name: right.name }),
    },
  };
  return authorizer.authorize(attributes).allowed;
}

/** The garbage collector may touch a role it could not grant: only its owners and finalizers change then. */
function differsOnlyInLifecycle(object: ApiObject, oldObject: ApiObject): boolean {
  return isDeepStrictEqual(withoutLifecycle(object), withoutLifecycle(oldObject));
}

function withoutLifecycle(object: ApiObject): object {
  const metadata: Partial<ApiObject["metadata"]> = { ...object.metadata };
  for (const field of ["ownerReferences", "finalizers", "managedFields", "resourceVersion"] as const)
    delete metadata[field];
  return { ...object, metadata };
}

function escalation(request: AdmissionRequest, missing: PolicyRule[]): Error {
  const { name, groups } = request.user;
  const quoted = groups.map((group) => JSON.stringify(group)).join(" ");
  const list = describeRules(missing).join("\n");
  const why = `user ${JSON.stringify(name)} (groups=[${quoted}]) is attempting to grant RBAC permissions not currently held:\n${list}`;
  return forbidden(request.resource, request.name, why);
}
