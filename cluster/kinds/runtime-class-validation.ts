import { asText, recordAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateLabels } from "../validation/metadata.js";
import { dnsLabel } from "../validation/names.js";

/** Adds what is wrong with a RuntimeClass. */
export function validateRuntimeClass(object: ApiObject, errors: FieldErrors): void {
  const handler = textAt(object, "handler");
  if (handler !== "") for (const text of dnsLabel(handler)) errors.invalid("handler", handler, text);
  for (const [name, amount] of Object.entries(recordAt(object, "overhead.podFixed") ?? {}))
    if (asText(amount).startsWith("-"))
      errors.invalid(`overhead.limits[${name}]`, asText(amount), "must be greater than or equal to 0");
  const selector = valueAt(object, "scheduling.nodeSelector") as Record<string, string> | undefined;
  validateLabels(selector, "scheduling.nodeSelector", errors);
}
