import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsSubdomain, pathSegment } from "../validation/names.js";
import { validateLabelSelector } from "./selector-validation.js";

/** The group of roles and bindings. */
export const RBAC_GROUP = "rbac.authorization.k8s.io";

const SUBJECT_KINDS = ["ServiceAccount", "User", "Group"];

/** Adds what is wrong with a RoleBinding or ClusterRoleBinding. */
export function validateBinding(object: ApiObject, errors: FieldErrors): void {
  const { apiGroup, kind, name } = recordAt(object, "roleRef") ?? {};
  if (asText(apiGroup) !== "" && apiGroup !== RBAC_GROUP)
    errors.unsupported("roleRef.apiGroup", apiGroup, [RBAC_GROUP]);
  const roles = object.kind === "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (typeof kind !== "string" || !roles.includes(kind))
    errors.unsupported("roleRef.kind", kind ?? "", roles);
  if (asText(name) === "") errors.required("roleRef.name");
  else for (const text of pathSegment(asText(name))) errors.invalid("roleRef.name", name, text);
  recordsAt(object, "subjects").forEach((subject, i) =>
    validateSubject(subject, { field: `subjects[${i}]`, isOfCluster: object.kind !== "RoleBinding" }, errors),
  );
}

function validateSubject(
  subject: JsonObject,
  { field, isOfCluster }: { field: string; isOfCluster: boolean },
  errors: FieldErrors,
): void {
  const [kind, name, group] = ["kind", "name", "apiGroup"].map((each) => asText(subject[each]));
  if (name === "") errors.required(`${field}.name`);
  if (kind === "ServiceAccount") {
    for (const text of name === "" ? [] : dnsSubdomain(name ?? ""))
      errors.invalid(`${field}.name`, name, text);
    if (group !== "") errors.unsupported(`${field}.apiGroup`, group, [""]);
    if (asText(subject["namespace"]) === "" && isOfCluster) errors.required(`${field}.namespace`);
  } else if (kind === "User" || kind === "Group") {
    if (group !== "" && group !== RBAC_GROUP) errors.unsupported(`${field}.apiGroup`, group, [RBAC_GROUP]);
  } else errors.unsupported(`${field}.kind`, kind, SUBJECT_KINDS);
}

/** Adds what is wrong with the rules of a Role or ClusterRole. */
export function validateRules(object: ApiObject, errors: FieldErrors): void {
  recordsAt(object, "rules").forEach((rule, i) => validateRule(rule, `rules[${i}]`, object.kind, errors));
  const aggregation = object["aggregationRule"];
  if (!isRecord(aggregation)) return;
  const field = "aggregationRule.clusterRoleSelectors";
  const selectors = recordsAt(aggregation, "clusterRoleSelectors");
  if (selectors.length === 0) {
    const why = "at least one clusterRoleSelector required if aggregationRule is non-nil";
    errors.required(field, why);
  }
  selectors.forEach((selector, i) => {
    if (validateLabelSelector(selector, `${field}[${i}]`, errors))
      errors.invalid(`${field}[${i}]`, null, "invalid label selector.");
  });
}

function validateRule(rule: JsonObject, field: string, kind: string, errors: FieldErrors): void {
  const has = (list: string): boolean => Array.isArray(rule[list]) && rule[list].length > 0;
  if (!has("verbs")) errors.required(`${field}.verbs`, "verbs must contain at least one value");
  if (has("nonResourceURLs")) {
    const urls = rule["nonResourceURLs"];
    if (kind === "Role")
      errors.invalid(`${field}.nonResourceURLs`, urls, "namespaced rules cannot apply to non-resource URLs");
    if (["apiGroups", "resources", "resourceNames"].some(has)) {
      const why = "rules cannot apply to both regular resources and non-resource URLs";
      errors.invalid(`${field}.nonResourceURLs`, urls, why);
    }
    return;
  }
  if (!has("apiGroups"))
    errors.required(`${field}.apiGroups`, "resource rules must supply at least one api group");
  if (!has("resources"))
    errors.required(`${field}.resources`, "resource rules must supply at least one resource");
}
