import { isDeepStrictEqual } from "node:util";
import { invalid } from "../../api/status.js";
import type { AdmissionPlugin } from "../admission.js";
import { FieldErrors } from "../../validation/field-errors.js";
import { validateBindingSpec } from "./binding-validation.js";
import type { BindingSpec, PolicySpec } from "./policy-types.js";
import { validatePolicySpec } from "./policy-spec-validation.js";
import { validateWebhookConditions } from "./webhook-conditions.js";
import { POLICY_GROUP } from "./policy-types.js";

/** Refuses to store policies and bindings that say nothing, contradict themselves or do not compile, as the API server does. */
export function createPolicyValidation(hasAuthorizer: boolean): AdmissionPlugin {
  return {
    name: "PolicyValidation",
    validate({ resource, operation, object, oldObject, kind }) {
      const isWrite = operation === "CREATE" || operation === "UPDATE";
      if (resource.group !== POLICY_GROUP || resource.subresource || !object || !isWrite) return;
      const isSame = ["spec", "webhooks"].every((field) =>
        isDeepStrictEqual(oldObject?.[field], object[field]),
      );
      if (oldObject && isSame) return;
      const errors = new FieldErrors();
      const name = object.metadata.name ?? "";
      if (kind.kind === "ValidatingAdmissionPolicy")
        validatePolicySpec(object["spec"] as PolicySpec, { name, hasAuthorizer }, errors);
      if (kind.kind === "ValidatingAdmissionPolicyBinding")
        validateBindingSpec(object["spec"] as BindingSpec, errors);
      if (kind.kind.endsWith("WebhookConfiguration")) validateWebhookConditions(object, errors);
      if (!errors.isEmpty) throw invalid(kind, name, errors.list);
    },
  };
}
