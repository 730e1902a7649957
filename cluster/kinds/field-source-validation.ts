import type { JsonObject } from "../api/field-access.js";
import { asText } from "../api/field-access.js";
import { canonicalQuantity, compareQuantities, isQuantity } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { qualifiedName } from "../validation/names.js";

const RESOURCES = ["cpu", "ephemeral-storage", "memory"];
const RESOURCE_FIELDS = ["limits", "requests"].flatMap((list) => RESOURCES.map((name) => `${list}.${name}`));
const UNITS = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];
const DIVISORS: Record<string, { units: string[]; listed: string; what: string }> = {
  cpu: { units: ["1m", "1"], listed: "1m and 1", what: "cpu" },
  memory: { units: UNITS, listed: UNITS.join(", "), what: "memory" },
  "ephemeral-storage": { units: UNITS, listed: UNITS.join(", "), what: "local ephemeral storage" },
};
/** A field with the key of one of its entries. */
const SUBSCRIPTED = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/;

/** What a reference to a field of the pod may name: `known` as they are, and what only begins like one of `convertible`. */
export interface KnownFields {
  known: readonly string[];
  /** Fields there are, but not for this use. */
  convertible: RegExp;
}

/** Adds what is wrong with a reference to a field of the pod at `field`. */
export function validateFieldReference(
  reference: JsonObject,
  field: string,
  { known, convertible }: KnownFields,
  errors: FieldErrors,
): void {
  const path = asText(reference["fieldPath"]);
  if (path === "") return errors.required(`${field}.fieldPath`);
  const [, map, key = ""] = SUBSCRIPTED.exec(path) ?? [];
  if (map !== undefined) {
    const name = map === "metadata.annotations" ? key.toLowerCase() : key;
    for (const text of qualifiedName(name)) errors.invalid(field, name, text);
  } else if (!convertible.test(path)) {
    const why = `error converting fieldPath: field label not supported: ${path}`;
    errors.invalid(`${field}.fieldPath`, path, why);
  } else if (!known.includes(path)) errors.unsupported(`${field}.fieldPath`, path, known);
}

/** Adds what is wrong with a reference to what a container asks for; in a volume it says whose. */
export function validateResourceReference(
  reference: JsonObject,
  field: string,
  { isOfVolume }: { isOfVolume: boolean },
  errors: FieldErrors,
): void {
  const resource = asText(reference["resource"]);
  if (isOfVolume && asText(reference["containerName"]) === "") {
    errors.required(`${field}.containerName`);
  } else if (resource === "") errors.required(`${field}.resource`);
  else if (!RESOURCE_FIELDS.includes(resource) && !/^(?:limits|requests)\.hugepages-/.test(resource)) {
    errors.unsupported(`${field}.resource`, resource, RESOURCE_FIELDS);
  }
  const { divisor } = reference;
  const name = resource.slice(resource.indexOf(".") + 1);
  const rule = Object.hasOwn(DIVISORS, name) ? DIVISORS[name] : undefined;
  if (rule === undefined || !isQuantity(divisor) || compareQuantities(asText(divisor), "0") === 0) return;
  if (rule.units.includes(canonicalQuantity(divisor) ?? "")) return;
  const why = `only divisor's values ${rule.listed} are supported with the ${rule.what} resource`;
  errors.invalid(`${field}.divisor`, resource, why);
}
