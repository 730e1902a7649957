import type { FieldError } from "../../api/status.js";
import { invalid } from "../../api/status.js";
import type { AdmissionPlugin } from "../admission.js";
import { compileFailures, compilePolicy } from "./compiled-policy.js";
import type { PolicySpec } from "./policy-types.js";
import { POLICY_GROUP } from "./policy-types.js";

/** Refuses to store a policy whose expressions do not compile, as the API server's own validation does. */
export function createPolicyExpressionCheck(hasAuthorizer: boolean): AdmissionPlugin {
  return {
    name: "PolicyExpressions",
    validate({ resource, operation, object, oldObject, kind }) {
      const isPolicy = resource.group === POLICY_GROUP && resource.resource === "validatingadmissionpolicies";
      if (!isPolicy || resource.subresource || !object || operation === "DELETE") return;
      if (oldObject && JSON.stringify(oldObject["spec"]) === JSON.stringify(object["spec"])) return;
      const errors = [...compileFailures(compilePolicy(object["spec"] as PolicySpec, hasAuthorizer))].map(
        toFieldError,
      );
      if (errors.length > 0) throw invalid(kind, object.metadata.name ?? "", errors);
    },
  };
}

function toFieldError({
  field,
  source,
  program,
}: {
  field: string;
  source: string;
  program: { error: string };
}): FieldError {
  const detail = `Invalid value: ${JSON.stringify(source)}: ${program.error}`;
  return { field, reason: "FieldValueInvalid", detail };
}
