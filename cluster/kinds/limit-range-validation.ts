import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { compareQuantities, isQuantity, nanoUnits } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { qualifiedName } from "../validation/names.js";
import { containerResource } from "./resource-validation.js";

const WHOLE = 1_000_000_000n;

/** Adds what is wrong with a LimitRange. */
export function validateLimitRange(object: ApiObject, errors: FieldErrors): void {
  const types = new Set<string>();
  recordsAt(object, "spec.limits").forEach((item, i) => {
    const field = `spec.limits[${i}]`;
    const type = asText(item["type"]);
    for (const text of limitType(type)) errors.invalid(`${field}.type`, type, text);
    if (types.has(type)) errors.duplicate(`${field}.type`, type);
    types.add(type);
    validateLimitNames(item, field, errors);
    if (type === "PersistentVolumeClaim" && !["min", "max"].some((list) => hasStorage(item, list))) {
      const why = "either minimum or maximum storage value is required, but neither was provided";
      errors.required(`${field}.limits`, why);
    }
    if (type === "Pod") {
      for (const name of ["default", "defaultRequest"])
        if (Object.keys(recordAt(item, name) ?? {}).length > 0)
          errors.forbidden(`${field}.${name}`, "may not be specified when `type` is 'Pod'");
    } else validateLimits(item, field, errors);
  });
}

function hasStorage(item: JsonObject, list: string): boolean {
  return Object.hasOwn(recordAt(item, list) ?? {}, "storage");
}

const LIMIT_TYPES = ["Pod", "Container", "PersistentVolumeClaim"];

function limitType(type: string): string[] {
  const problems = qualifiedName(type);
  if (problems.length > 0 || type.includes("/") || LIMIT_TYPES.includes(type)) return problems;
  return ["must be a standard limit type or fully qualified"];
}

function validateLimitNames(item: JsonObject, field: string, errors: FieldErrors): void {
  const isOfContainers = item["type"] === "Pod" || item["type"] === "Container";
  for (const list of ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"])
    for (const name of Object.keys(recordAt(item, list) ?? {})) {
      const problems = isOfContainers ? limitName(name) : [];
      for (const text of problems) errors.invalid(`${field}.${list}[${name}]`, name, text);
    }
}

/** A plain name that is wrong is wrong for containers, too. */
function limitName(name: string): string[] {
  const problems = containerResource(name);
  if (problems.length === 0 || name.includes("/")) return problems;
  return [...new Set([...problems, "must be a standard resource for containers"])];
}

/** Per resource: no minimum above a default or maximum, no default above a maximum. */
function validateLimits(item: JsonObject, field: string, errors: FieldErrors): void {
  const lists = ["min", "max", "defaultRequest", "default"];
  const named = [...lists, "maxLimitRequestRatio"];
  const names = new Set(named.flatMap((list) => Object.keys(recordAt(item, list) ?? {})));
  for (const name of [...names].toSorted((a, b) => (a < b ? -1 : 1))) {
    const [min, max, request, limit] = lists.map((list) => {
      const values = recordAt(item, list) ?? {};
      return Object.hasOwn(values, name) ? asText(values[name]) : undefined;
    });
    const check = (
      [low, lowName]: [string | undefined, string],
      [high, highName]: [string | undefined, string],
      [list, shown]: [string, string | undefined],
    ): void => {
      if (low === undefined || high === undefined || compareQuantities(low, high) <= 0) return;
      const why = `${lowName} value ${low} is greater than ${highName} value ${high}`;
      errors.invalid(`${field}.${list}[${name}]`, shown, why);
    };
    check([min, "min"], [max, "max"], ["min", min]);
    check([min, "min"], [request, "default request"], ["defaultRequest", request]);
    check([request, "default request"], [max, "max"], ["defaultRequest", request]);
    check([request, "default request"], [limit, "default limit"], ["defaultRequest", request]);
    check([min, "min"], [limit, "default"], ["default", min]);
    check([limit, "default"], [max, "max"], ["default", max]);
    validateRatio(item, { name, min, max, field }, errors);
  }
}

function validateRatio(
  item: JsonObject,
  {
    name,
    min,
    max,
    field,
  }: { name: string; field: string; min?: string | undefined; max?: string | undefined },
  errors: FieldErrors,
): void {
  const ratios = recordAt(item, "maxLimitRequestRatio") ?? {};
  if (!Object.hasOwn(ratios, name) || !isQuantity(ratios[name])) return;
  const ratio = asText(ratios[name]);
  const at = `${field}.maxLimitRequestRatio[${name}]`;
  if (compareQuantities(ratio, "1") < 0) errors.invalid(at, ratio, `ratio ${ratio} is less than 1`);
  if (min === undefined || max === undefined) return;
  const possible = Number(nanoUnits(max)) / Number(nanoUnits(min));
  if (Number(nanoUnits(ratio)) / Number(WHOLE) > possible)
    errors.invalid(at, ratio, `ratio ${ratio} is greater than max/min = ${possible.toFixed(6)}`);
}
