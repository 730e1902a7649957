import { recordsAt } from "../../api/field-access.js";
import type { ApiObject } from "../../api/object.js";
import type { FieldErrors } from "../../validation/field-errors.js";
import { compileExpression } from "../cel/compile.js";
import { validateConditions } from "./policy-spec-validation.js";
import type { PolicySpec } from "./policy-types.js";

/** Adds what is wrong with the conditions by which webhooks of a configuration choose requests. */
export function validateWebhookConditions(configuration: ApiObject, errors: FieldErrors): void {
  recordsAt(configuration, "webhooks").forEach((webhook, i) => {
    const conditions = webhook["matchConditions"] as PolicySpec["matchConditions"];
    validateConditions(conditions, `webhooks[${i}]`, errors);
    (conditions ?? []).forEach(({ expression }, j) => {
      if (expression.trim() === "") return;
      const program = compileExpression(expression, {
        hasParams: false,
        hasAuthorizer: true,
        variables: {},
        returnTypes: ["bool"],
      });
      if ("error" in program)
        errors.invalid(`webhooks[${i}].matchConditions[${j}].expression`, expression, program.error);
    });
  });
}
