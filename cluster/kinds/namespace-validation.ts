import type { ApiObject } from "../api/object.js";
import { asText, valueAt } from "../api/field-access.js";
import { NOT_QUALIFIED, STANDARD_FINALIZERS } from "../validation/metadata.js";
import { qualifiedName } from "../validation/names.js";
import type { FieldErrors } from "../validation/field-errors.js";

const LEVELS = ["privileged", "baseline", "restricted"];
const VERSION = /^(?:latest|v1\.(?:0|[1-9]\d*))$/;
const MODES = ["enforce", "audit", "warn"];

/** Adds what is wrong with the finalizers of a namespace, and with the labels by which it asks for a Pod Security Standard. */
export function validateNamespace(object: ApiObject, errors: FieldErrors): void {
  const { metadata } = object;
  const finalizers = valueAt(object, "spec.finalizers");
  for (const name of Array.isArray(finalizers) ? finalizers.map((each) => asText(each)) : []) {
    for (const text of qualifiedName(name)) errors.invalid("spec.finalizers", name, text);
    if (!name.includes("/") && !STANDARD_FINALIZERS.includes(name))
      errors.invalid("spec.finalizers", name, NOT_QUALIFIED);
  }
  for (const mode of MODES) {
    const level = `pod-security.kubernetes.io/${mode}`;
    const asked = metadata.labels?.[level];
    if (asked !== undefined && !LEVELS.includes(asked))
      errors.invalid(`metadata.labels[${level}]`, asked, `must be one of ${LEVELS.join(", ")}`);
    const version = metadata.labels?.[`${level}-version`];
    if (version !== undefined && !VERSION.test(version))
      errors.invalid(`metadata.labels[${level}-version]`, version, 'must be "latest" or "v1.x"');
  }
}
