import type { JsonObject } from "../api/field-access.js";
import { recordAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateAnnotations, validateLabels } from "../validation/metadata.js";
import { validateProfileAnnotations } from "./profile-annotations.js";
import { validatePodSpec } from "./pod-validation.js";

/** Adds what is wrong with a pod template at `path`; `claims` are volumes that are added to each pod later. */
export function validateTemplate(
  template: JsonObject | undefined,
  path: string,
  errors: FieldErrors,
  claims: string[] = [],
): void {
  const texts = (field: string): Record<string, string> | undefined =>
    recordAt(template, `metadata.${field}`) as Record<string, string> | undefined;
  validateLabels(texts("labels"), `${path}.labels`, errors);
  validateAnnotations(texts("annotations"), `${path}.annotations`, errors);
  const spec = recordAt(template, "spec");
  if (spec === undefined) errors.required(`${path}.spec.containers`);
  else {
    const place = { spec, field: `${path}.annotations`, path: `${path}.spec` };
    validateProfileAnnotations(texts("annotations"), place, errors);
    validatePodSpec(spec, `${path}.spec`, errors, claims);
  }
}
