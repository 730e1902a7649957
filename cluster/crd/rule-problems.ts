import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";

const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];
const MAX_MESSAGE = 2048;

/** Adds what is wrong with a rule of `schema` at `field`, but for its expressions. */
export function ruleProblems(
  rule: JsonObject,
  { field, schema }: { field: string; schema: JsonObject },
  errors: FieldErrors,
): void {
  const [source, message] = [asText(rule["rule"]).trim(), asText(rule["message"])];
  const { reason, fieldPath, message: given } = rule;
  if (given !== undefined && message !== "" && message.trim() === "")
    errors.invalid(`${field}.message`, message, "must be non-empty if specified");
  else if (message.length > MAX_MESSAGE)
    errors.invalid(
      `${field}.message`,
      `${message.slice(0, 10)}...`,
      `must have a maximum length of ${MAX_MESSAGE} characters`,
    );
  else if (/[\n\r]/.test(message))
    errors.invalid(`${field}.message`, message, "must not contain line breaks");
  else if (/[\n\r]/.test(source) && message === "")
    errors.required(`${field}.message`, "message must be specified if rule contains line breaks");
  if (reason !== undefined && !REASONS.includes(asText(reason)))
    errors.unsupported(`${field}.reason`, reason, REASONS);
  const path = asText(fieldPath);
  if (path !== "" && !isFieldPath(path, schema))
    errors.invalid(`${field}.fieldPath`, path, "must be a valid path");
  if (rule["optionalOldSelf"] === true && !/\boldSelf\b/.test(source))
    errors.invalid(`${field}.optionalOldSelf`, true, "may not be set if oldSelf is not used in rule");
}

/** Whether a path such as `.spec.size` leads through fields of the schema. */
function isFieldPath(path: string, schema: JsonObject): boolean {
  const parts = [...path.matchAll(/\.([A-Za-z_][\w-]*)|\['([^']+)'\]/g)];
  if (parts.map(([whole]) => whole).join("") !== path) return false;
  let at: JsonObject | undefined = schema;
  for (const [, plain, quoted] of parts) {
    const name = plain ?? quoted ?? "";
    const properties: JsonObject = recordAt(at, "properties") ?? {};
    const next: unknown = Object.hasOwn(properties, name) ? properties[name] : at?.["additionalProperties"];
    if (!isRecord(next)) return false;
    at = next;
  }
  return true;
}
