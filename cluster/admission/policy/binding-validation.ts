import type { JsonObject } from "../../api/field-access.js";
import { asText } from "../../api/field-access.js";
import { validateMatch } from "../../kinds/admission-rule-validation.js";
import { validateLabelSelector } from "../../kinds/selector-validation.js";
import type { FieldErrors } from "../../validation/field-errors.js";
import { dnsSubdomain, pathSegment } from "../../validation/names.js";
import type { BindingSpec, ParamRef } from "./policy-types.js";

const ACTIONS = ["Audit", "Deny", "Warn"];
const NOT_FOUND_ACTIONS = ["Deny", "Allow"];

/** Adds what is wrong with the spec of a ValidatingAdmissionPolicyBinding. */
export function validateBindingSpec(spec: BindingSpec, errors: FieldErrors): void {
  const { paramRef, matchResources, validationActions = [] } = spec;
  const policyName = asText(spec.policyName);
  if (policyName === "") errors.required("spec.policyName");
  else for (const text of dnsSubdomain(policyName)) errors.invalid("spec.policyName", policyName, text);
  if (paramRef) validateParamRef(paramRef, errors);
  if (matchResources) validateMatch(matchResources as JsonObject, "spec.matchResources", errors);
  validateActions(validationActions, errors);
}

function validateParamRef(paramRef: ParamRef, errors: FieldErrors): void {
  const { name = "", selector, parameterNotFoundAction: action = "" } = paramRef;
  const field = "spec.paramRef";
  const exclusive = "name and selector are mutually exclusive";
  for (const text of name === "" ? [] : pathSegment(name)) errors.invalid(`${field}.name`, name, text);
  if (name !== "" && selector) errors.forbidden(`${field}.name`, exclusive);
  validateLabelSelector(selector, `${field}.selector`, errors);
  if (name !== "" && selector) errors.forbidden(`${field}.selector`, exclusive);
  if (name === "" && !selector) errors.required(field, "one of name or selector must be specified");
  if (action === "") errors.required(`${field}.parameterNotFoundAction`);
  else if (!NOT_FOUND_ACTIONS.includes(action))
    errors.unsupported(`${field}.parameterNotFoundAction`, action, NOT_FOUND_ACTIONS);
}

function validateActions(actions: string[], errors: FieldErrors): void {
  const field = "spec.validationActions";
  actions.forEach((action, i) => {
    if (!ACTIONS.includes(action)) errors.unsupported(`${field}[${i}]`, action, ACTIONS);
    if (actions.indexOf(action) < i) errors.duplicate(`${field}[${i}]`, action);
  });
  if (actions.includes("Deny") && actions.includes("Warn")) {
    const why =
      "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
    errors.invalid(field, actions, why);
  }
  if (actions.length === 0) errors.required(field, "at least one validation action is required");
}
