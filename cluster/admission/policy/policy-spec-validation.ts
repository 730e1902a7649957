import type { JsonObject } from "../../api/field-access.js";
import { asText } from "../../api/field-access.js";
import { validateMatch } from "../../kinds/admission-rule-validation.js";
import type { FieldErrors } from "../../validation/field-errors.js";
import { dns1035Label, dnsSubdomain, qualifiedName } from "../../validation/names.js";
import { compileFailures, compilePolicy } from "./compiled-policy.js";
import type { ParamKind, PolicySpec, Validation } from "./policy-types.js";

const REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const MISSING = "expression is not specified";

/** Adds what is wrong with the spec of the ValidatingAdmissionPolicy `name`. */
export function validatePolicySpec(
  spec: PolicySpec,
  { name, hasAuthorizer }: { name: string; hasAuthorizer: boolean },
  errors: FieldErrors,
): void {
  const { paramKind, matchConstraints: match, validations, auditAnnotations } = spec;
  if (paramKind) validateParamKind(paramKind, errors);
  if (!match) errors.required("spec.matchConstraints");
  else {
    validateMatch(match as JsonObject, "spec.matchConstraints", errors);
    if (!match.resourceRules?.length) errors.required("spec.matchConstraints.resourceRules");
  }
  validateConditions(spec.matchConditions, "spec", errors);
  validateVariables(spec, errors);
  if (!validations?.length && !auditAnnotations?.length) {
    const why = "validations or auditAnnotations must contain at least one item";
    errors.required("spec.validations", why);
    errors.required("spec.auditAnnotations", why);
  }
  (validations ?? []).forEach((validation, i) =>
    validateValidation(validation, `spec.validations[${i}]`, errors),
  );
  validateAnnotations(spec, name, errors);
  for (const { field, source, program } of compileFailures(compilePolicy(spec, hasAuthorizer)))
    if (source.trim() !== "") errors.invalid(field, source, program.error);
}

function validateParamKind({ apiVersion = "", kind = "" }: ParamKind, errors: FieldErrors): void {
  const field = "spec.paramKind";
  const parts = apiVersion.split("/");
  const [group, version] = parts.length === 2 ? parts : ["", parts[0]];
  if (apiVersion === "") errors.required(`${field}.apiVersion`);
  else if (parts.length > 2)
    errors.invalid(`${field}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  else {
    const wrongGroup = group === "" ? [] : dnsSubdomain(group ?? "");
    if (wrongGroup.length > 0) errors.invalid(`${field}.apiVersion`, group, wrongGroup.join(","));
    const wrongVersion = dns1035Label(version ?? "");
    if (version === "") errors.invalid(`${field}.apiVersion`, apiVersion, "version must be specified");
    else if (wrongVersion.length > 0) errors.invalid(`${field}.apiVersion`, version, wrongVersion.join(","));
  }
  const wrongKind = dns1035Label(kind.toLowerCase());
  const mixed = "may have mixed case, but should otherwise match: ";
  if (kind === "") errors.required(`${field}.kind`);
  else if (wrongKind.length > 0) errors.invalid(`${field}.kind`, kind, mixed + wrongKind.join(","));
}

/** Adds what is wrong with the form of the conditions of what stands at `path`. */
export function validateConditions(
  matchConditions: PolicySpec["matchConditions"],
  path: string,
  errors: FieldErrors,
): void {
  const names = new Set<string>();
  (matchConditions ?? []).forEach((condition, i) => {
    const [name, expression] = [asText(condition.name), asText(condition.expression)];
    const field = `${path}.matchConditions[${i}]`;
    if (expression.trim() === "") errors.required(`${field}.expression`);
    if (name === "") errors.required(`${field}.name`);
    else for (const text of qualifiedName(name)) errors.invalid(`${field}.name`, name, text);
    if (names.has(name)) errors.duplicate(`${field}.name`, name);
    names.add(name);
  });
}

function validateVariables({ variables }: PolicySpec, errors: FieldErrors): void {
  (variables ?? []).forEach((variable, i) => {
    const [name, expression] = [asText(variable.name), asText(variable.expression)];
    const field = `spec.variables[${i}]`;
    if (name.trim() === "") errors.required(`${field}.name`, "name is not specified");
    else if (!IDENTIFIER.test(name)) errors.invalid(`${field}.name`, name, "must be a valid CEL identifier");
    if (expression.trim() === "") errors.required(`${field}.expression`, MISSING);
  });
}

function validateValidation(validation: Validation, path: string, errors: FieldErrors): void {
  const { message, reason } = validation;
  const expression = asText(validation.expression);
  if (expression.trim() === "") errors.required(`${path}.expression`, MISSING);
  if (message && message.trim() === "")
    errors.invalid(`${path}.message`, message, "must be non-empty if specified");
  if (message?.trim().includes("\n"))
    errors.invalid(`${path}.message`, message, "must not contain line breaks");
  if (reason !== undefined && !REASONS.includes(reason))
    errors.unsupported(`${path}.reason`, reason, REASONS);
}

function validateAnnotations({ auditAnnotations }: PolicySpec, name: string, errors: FieldErrors): void {
  const keys = new Set<string>();
  (auditAnnotations ?? []).forEach((annotation, i) => {
    const [key, valueExpression] = [asText(annotation.key), asText(annotation.valueExpression)];
    const field = `spec.auditAnnotations[${i}]`;
    for (const text of qualifiedName(`${name}/${key}`))
      errors.invalid(`${field}.key`, `${name}/${key}`, text);
    if (valueExpression.trim() === "")
      errors.required(`${field}.valueExpression`, "valueExpression is not specified");
    if (keys.has(key)) errors.duplicate(`${field}.key`, key);
    keys.add(key);
  });
}
