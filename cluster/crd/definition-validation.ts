import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dns1035Label, dnsSubdomain } from "../validation/names.js";
import { validateVersions } from "./version-validation.js";

const APPROVED = "api-approved.kubernetes.io";
const PROTECTED_GROUP = /(?:^|\.)(?:k8s|kubernetes)\.io$/;
const MIXED_CASE = "may have mixed case, but should otherwise match: ";

/** Adds what is wrong with a CustomResourceDefinition. */
export function validateDefinition(object: ApiObject, errors: FieldErrors): void {
  const group = textAt(object, "spec.group");
  const plural = textAt(object, "spec.names.plural");
  const name = object.metadata.name ?? "";
  if (name !== `${plural}.${group}`) {
    errors.invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group');
  }
  validateGroup(group, errors);
  const scope = textAt(object, "spec.scope");
  if (scope === "") errors.required("spec.scope");
  else if (scope !== "Namespaced" && scope !== "Cluster") {
    errors.unsupported("spec.scope", scope, ["Cluster", "Namespaced"]);
  }
  if (object["spec"] !== undefined) validateVersions(object, errors);
  validateNames(recordAt(object, "spec.names") ?? {}, errors);
  validateConversion(recordAt(object, "spec.conversion") ?? {}, errors);
  const keeps = recordAt(object, "spec")?.["preserveUnknownFields"];
  if (keeps === true) {
    const why =
      "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
    errors.invalid("spec.preserveUnknownFields", true, why);
  }
  const field = `metadata.annotations[${APPROVED}]`;
  if (PROTECTED_GROUP.test(group) && object.metadata.annotations?.[APPROVED] === undefined)
    errors.required(
      field,
      `protected groups must have approval annotation "${APPROVED}", see https://github.com/kubernetes/enhancements/pull/1111`,
    );
}

function validateGroup(group: string, errors: FieldErrors): void {
  if (group === "") errors.required("spec.group");
  else if (!group.includes("."))
    errors.invalid("spec.group", group, "should be a domain with at least one dot");
  else for (const text of dnsSubdomain(group)) errors.invalid("spec.group", group, text);
}

function validateNames(names: JsonObject, errors: FieldErrors): void {
  const text = (name: string): string => asText(names[name]);
  for (const field of ["plural", "kind"]) if (text(field) === "") errors.required(`spec.names.${field}`);
  for (const field of ["plural", "singular", "kind", "listKind"])
    for (const why of nameFaults(field, text(field), text("kind")))
      errors.invalid(`spec.names.${field}`, text(field), why);
  for (const list of ["shortNames", "categories"]) {
    const values: unknown[] = Array.isArray(names[list]) ? names[list] : [];
    values.forEach((value, i) => {
      for (const why of dns1035Label(asText(value))) errors.invalid(`spec.names.${list}[${i}]`, value, why);
    });
  }
  if (text("kind") !== "" && text("kind") === text("listKind"))
    errors.invalid("spec.names.listKind", text("listKind"), "kind and listKind may not be the same");
}

/** Kinds may have capitals; those of lists are named after the kind. */
function nameFaults(field: string, name: string, kind: string): string[] {
  if (name === "" || (field === "listKind" && kind === "")) return [];
  if (field === "plural" || field === "singular") return dns1035Label(name);
  return dns1035Label(name.toLowerCase()).map((text) => `${MIXED_CASE}${text}`);
}

function validateConversion(conversion: JsonObject, errors: FieldErrors): void {
  const { strategy, webhook } = conversion;
  const field = "spec.conversion";
  if (strategy === "Webhook") {
    const client = isRecord(webhook) ? webhook["clientConfig"] : undefined;
    if (client === undefined)
      errors.required(`${field}.webhookClientConfig`, "required when strategy is set to Webhook");
    const versions = isRecord(webhook) ? webhook["conversionReviewVersions"] : undefined;
    if (!Array.isArray(versions) || versions.length === 0)
      errors.required(`${field}.conversionReviewVersions`);
  } else if (strategy !== "None" && strategy !== undefined) {
    errors.unsupported(`${field}.strategy`, strategy, ["None", "Webhook"]);
  }
}
