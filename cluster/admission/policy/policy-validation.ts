import type { ApiObject } from "../../api/object.js";
import type { FieldError } from "../../api/status.js";
import { invalid } from "../../api/status.js";
import type { AdmissionPlugin } from "../admission.js";
import { compileFailures, compilePolicy } from "./compiled-policy.js";
import type { BindingSpec, PolicySpec, Validation } from "./policy-types.js";
import { POLICY_GROUP } from "./policy-types.js";

const REASONS = ["Forbidden", "Invalid", "RequestEntityTooLarge"];
const ACTIONS = ["Audit", "Deny", "Warn"];
const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;

/** Refuses to store policies and bindings that say nothing, contradict themselves or do not compile, as the API server does. */
export function createPolicyValidation(hasAuthorizer: boolean): AdmissionPlugin {
  return {
    name: "PolicyValidation",
    validate({ resource, operation, object, oldObject, kind }) {
      const isWrite = operation === "CREATE" || operation === "UPDATE";
      if (resource.group !== POLICY_GROUP || resource.subresource || !object || !isWrite) return;
      if (oldObject && JSON.stringify(oldObject["spec"]) === JSON.stringify(object["spec"])) return;
      const errors = errorsOf(kind.kind, object, hasAuthorizer);
      if (errors.length > 0) throw invalid(kind, object.metadata.name ?? "", errors);
    },
  };
}

function errorsOf(kind: string, object: ApiObject, hasAuthorizer: boolean): FieldError[] {
  if (kind === "ValidatingAdmissionPolicy") return policyErrors(object["spec"] as PolicySpec, hasAuthorizer);
  return kind === "ValidatingAdmissionPolicyBinding" ? bindingErrors(object["spec"] as BindingSpec) : [];
}

function policyErrors(spec: PolicySpec, hasAuthorizer: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (!spec.matchConstraints?.resourceRules?.length)
    errors.push(required("spec.matchConstraints.resourceRules"));
  for (const [index, { name }] of (spec.variables ?? []).entries()) {
    if (IDENTIFIER.test(name)) continue;
    errors.push(wrong(`spec.variables[${index}].name`, name, "must be a valid CEL identifier"));
  }
  if (!spec.validations?.length && !spec.auditAnnotations?.length) {
    const why = "validations or auditAnnotations must contain at least one item";
    errors.push(required("spec.validations", why), required("spec.auditAnnotations", why));
  }
  for (const [index, validation] of (spec.validations ?? []).entries()) {
    errors.push(...validationErrors(`spec.validations[${index}]`, validation));
  }
  for (const { field, source, program } of compileFailures(compilePolicy(spec, hasAuthorizer))) {
    errors.push(wrong(field, source, program.error));
  }
  return errors;
}

function validationErrors(path: string, { message, reason }: Validation): FieldError[] {
  const errors: FieldError[] = [];
  if (message && message.trim() === "")
    errors.push(wrong(`${path}.message`, message, "must be non-empty if specified"));
  if (message?.trim().includes("\n"))
    errors.push(wrong(`${path}.message`, message, "must not contain line breaks"));
  if (reason !== undefined && !REASONS.includes(reason))
    errors.push(unsupported(`${path}.reason`, reason, REASONS));
  return errors;
}

function bindingErrors({ paramRef, validationActions = [] }: BindingSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (paramRef) {
    const exclusive = {
      reason: "FieldValueForbidden",
      detail: "Forbidden: name and selector are mutually exclusive",
    };
    if (paramRef.name && paramRef.selector) {
      errors.push(
        { field: "spec.paramRef.name", ...exclusive },
        { field: "spec.paramRef.selector", ...exclusive },
      );
    }
    if (!paramRef.name && !paramRef.selector) {
      errors.push(required("spec.paramRef", "one of name or selector must be specified"));
    }
    if (!paramRef.parameterNotFoundAction) errors.push(required("spec.paramRef.parameterNotFoundAction"));
  }
  return [...errors, ...actionErrors(validationActions)];
}

function actionErrors(actions: string[]): FieldError[] {
  const field = "spec.validationActions";
  if (actions.length === 0) return [required(field, "at least one validation action is required")];
  const unknown = actions
    .filter((action) => !ACTIONS.includes(action))
    .map((action) => unsupported(field, action, ACTIONS));
  if (!actions.includes("Deny") || !actions.includes("Warn")) return unknown;
  const why =
    "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)";
  return [...unknown, wrong(field, actions, why)];
}

function required(field: string, why = ""): FieldError {
  return {
    field,
    reason: "FieldValueRequired",
    detail: why === "" ? "Required value" : `Required value: ${why}`,
  };
}

function wrong(field: string, value: unknown, why: string): FieldError {
  return { field, reason: "FieldValueInvalid", detail: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}

function unsupported(field: string, value: string, supported: string[]): FieldError {
  const list = supported.map((one) => JSON.stringify(one)).join(", ");
  return {
    field,
    reason: "FieldValueNotSupported",
    detail: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
  };
}
