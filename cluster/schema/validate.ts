import type { ApiObject } from "../api/object.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateBuiltIn } from "./validate-built-in.js";
import { validateCustom } from "./validate-custom.js";
import { validateRules } from "../crd/validation-rules.js";
import type { ResolveSchema, Schema } from "./schema.js";

export interface SchemaValidation {
  errors: FieldErrors;
  resolve: ResolveSchema;
  /** The stored object, where the write changes one. */
  old?: ApiObject;
}

/** Adds the violations of the schema of `type`, worded as the API words them for built-in and for custom kinds. */
export function validateAgainstSchema(
  type: ResourceType,
  object: ApiObject,
  validation: SchemaValidation,
): void {
  if (type.schema === undefined) return;
  if (type.custom === undefined) validateBuiltIn(object, type.schema, validation);
  else validateCustomObject(object, type.schema, validation);
}

/** Rules speak of values that are of the right type; they run when the structure is as it should be. */
function validateCustomObject(object: ApiObject, schema: Schema, { errors, old }: SchemaValidation): void {
  validateCustom(object, schema, { errors });
  if (errors.isEmpty) validateRules(object, old, schema, errors);
}
