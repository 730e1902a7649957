import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { compareQuantities, isQuantity } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { goClaimSpec } from "./go-claim.js";
import { IMMUTABLE } from "./unchanged.js";
import { unifiedDiff } from "./unified-diff.js";

const STORAGE = "spec.resources.requests.storage";

/** Adds what a change of a claim may not do: only its volume is filled in once, and a bound one may grow. */
export function validateClaimUpdate(
  claim: ApiObject,
  old: ApiObject,
  errors: FieldErrors,
  subresource?: string,
): void {
  if (subresource !== undefined) return;
  const [after, before] = [claim, old].map((each) => structuredClone(recordAt(each, "spec") ?? {})) as [
    JsonObject,
    JsonObject,
  ];
  if (asText(before["volumeName"]) === "") before["volumeName"] = after["volumeName"];
  if (textAt(claim, "status.phase") === "Bound") keepFreeFields(after, before);
  const [shown, stored] = [goClaimSpec(after), goClaimSpec(before)];
  if (!isDeepStrictEqual(shown, stored)) {
    const why =
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    errors.forbidden("spec", `${why}\n${unifiedDiff(stored, shown)}`);
  }
  if (!isDeepStrictEqual(valueAt(claim, "spec.volumeMode"), valueAt(old, "spec.volumeMode")))
    errors.invalid("volumeMode", valueAt(claim, "spec.volumeMode"), IMMUTABLE);
  validateSize(claim, old, errors);
}

function validateSize(claim: ApiObject, old: ApiObject, errors: FieldErrors): void {
  const [size, was] = [claim, old].map((each) => valueAt(each, STORAGE));
  if (!isQuantity(size) || !isQuantity(was) || compareQuantities(asText(size), asText(was)) >= 0) return;
  const held = textAt(old, "status.capacity.storage", "0");
  if (compareQuantities(asText(size), held) <= 0)
    errors.forbidden(STORAGE, "field can not be less than status.capacity");
}

function keepFreeFields(after: JsonObject, before: JsonObject): void {
  const requests = recordAt(after, "resources.requests");
  const stored = valueAt(before, "resources.requests.storage");
  if (isRecord(requests)) requests["storage"] = stored;
  const field = "volumeAttributesClassName";
  if (before[field] === undefined) delete after[field];
  else after[field] = before[field];
}
