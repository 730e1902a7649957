import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { qualifiedName } from "../validation/names.js";
import { validateLabelSelector } from "./selector-validation.js";

/** Adds what is wrong with how pods are to be spread, told at `path`. */
export function validateSpread(spec: JsonObject, path: string, errors: FieldErrors): void {
  const constraints = recordsAt(spec, "topologySpreadConstraints");
  constraints.forEach((constraint, i) => {
    const at = `${path}[${i}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable } = constraint;
    if (typeof maxSkew !== "number" || maxSkew <= 0)
      errors.invalid(`${at}.maxSkew`, maxSkew ?? 0, "must be greater than zero");
    if (asText(topologyKey) === "") errors.required(`${at}.topologyKey`, "can not be empty");
    const isRepeated = constraints
      .slice(i + 1)
      .some(
        (other) => other["topologyKey"] === topologyKey && other["whenUnsatisfiable"] === whenUnsatisfiable,
      );
    if (isRepeated)
      errors.duplicate(
        `${at}.{topologyKey, whenUnsatisfiable}`,
        `{${asText(topologyKey)}, ${asText(whenUnsatisfiable)}}`,
      );
    validateDomains(constraint, `${at}.minDomains`, errors);
    validateLabelKeys(constraint, `${at}.matchLabelKeys`, errors);
    validateLabelSelector(constraint["labelSelector"], `${at}.labelSelector`, errors);
  });
}

function validateDomains(
  { minDomains, whenUnsatisfiable }: JsonObject,
  field: string,
  errors: FieldErrors,
): void {
  if (typeof minDomains !== "number") return;
  if (minDomains <= 0) errors.invalid(field, minDomains, "must be greater than zero");
  if (whenUnsatisfiable === "DoNotSchedule") return;
  const why = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${asText(whenUnsatisfiable)}`;
  errors.invalid(field, minDomains, why);
}

function validateLabelKeys(
  { matchLabelKeys, labelSelector }: JsonObject,
  field: string,
  errors: FieldErrors,
): void {
  if (!Array.isArray(matchLabelKeys) || matchLabelKeys.length === 0) return;
  if (!isRecord(labelSelector))
    return errors.forbidden(field, "must not be specified when labelSelector is not set");
  matchLabelKeys.forEach((key: unknown, i) => {
    for (const text of qualifiedName(asText(key))) errors.invalid(`${field}[${i}]`, asText(key), text);
  });
}
