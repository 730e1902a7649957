import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateLabels } from "../validation/metadata.js";
import { labelValue, qualifiedName } from "../validation/names.js";

const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"];

/** Adds what is wrong with a label selector at `path`; returns whether anything is. */
export function validateLabelSelector(selector: unknown, path: string, errors: FieldErrors): boolean {
  if (!isRecord(selector)) return false;
  const before = errors.list.length;
  const labels = recordAt(selector, "matchLabels") as Record<string, string> | undefined;
  validateLabels(labels, `${path}.matchLabels`, errors);
  recordsAt(selector, "matchExpressions").forEach((expression, i) =>
    validateExpression(expression, `${path}.matchExpressions[${i}]`, errors),
  );
  return errors.list.length > before;
}

function validateExpression({ key, operator, values }: JsonObject, path: string, errors: FieldErrors): void {
  const list = Array.isArray(values) ? values.map((each) => asText(each)) : [];
  const name = asText(operator);
  if ((name === "In" || name === "NotIn") && list.length === 0) {
    errors.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if ((name === "Exists" || name === "DoesNotExist") && list.length > 0) {
    errors.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
  } else if (!OPERATORS.includes(name)) {
    errors.invalid(`${path}.operator`, name, "not a valid selector operator");
  }
  for (const text of qualifiedName(asText(key))) errors.invalid(`${path}.key`, asText(key), text);
  list.forEach((value, i) => {
    for (const text of labelValue(value)) errors.invalid(`${path}.values[${i}]`, value, text);
  });
}

/** A selector as Go prints it: its fields in their own order, and none that is empty. */
export function goSelector(selector: JsonObject): JsonObject {
  const labels = recordAt(selector, "matchLabels") ?? {};
  const sorted = Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const expressions = recordsAt(selector, "matchExpressions").map(({ key, operator, values }) => ({
    key,
    operator,
    ...(Array.isArray(values) && values.length > 0 && { values }),
  }));
  return {
    ...(sorted.length > 0 && { matchLabels: Object.fromEntries(sorted) }),
    ...(expressions.length > 0 && { matchExpressions: expressions }),
  };
}
