import { isDeepStrictEqual } from "node:util";
import { TypeBudget } from "../admission/cel/type-budget.js";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dns1035Label } from "../validation/names.js";
import { validateStructural } from "./structural-schema.js";

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const SIMPLE_PATH = /^(?:\.[A-Za-z_][\w-]*|\[[^\]]+\])+$/;
const SELECTABLE_TYPES = ["string", "boolean", "integer"];

/** Adds what is wrong with the versions of a definition; what all of them share is told of as the definition's own. */
export function validateVersions(object: ApiObject, errors: FieldErrors): void {
  const versions = recordsAt(object, "spec.versions");
  versions.forEach((version, i) => validateVersion(version, i, errors));
  const budget = new TypeBudget();
  for (const part of ["schema", "subresources", "additionalPrinterColumns", "selectableFields"]) {
    const isShared = versions.every((other) => isDeepStrictEqual(other[part], versions[0]?.[part]));
    versions.forEach((version, i) => {
      if (isShared && i > 0) return;
      validatePart(version, { part, path: isShared ? "spec" : `spec.versions[${i}]`, i, budget }, errors);
    });
  }
  const goVersions = versions.map(goVersion);
  const names = versions.map((version) => asText(version["name"]));
  const stored = versions.filter((version) => version["storage"] === true);
  if (new Set(names).size < names.length)
    errors.invalid("spec.versions", goVersions, "must contain unique version names");
  if (stored.length === 1) return;
  errors.invalid("spec.versions", goVersions, "must have exactly one version marked as storage version");
  if (stored.length === 0)
    errors.invalid("status.storedVersions", null, "must have at least one stored version");
  else {
    const last = textAt(stored.at(-1), "name");
    const first = textAt(stored[0], "name");
    errors.invalid("status.storedVersions", [first], `must have the storage version ${last}`);
  }
}

function validateVersion(version: JsonObject, i: number, errors: FieldErrors): void {
  const name = asText(version["name"]);
  const field = `spec.versions[${i}]`;
  for (const text of dns1035Label(name)) errors.invalid(`${field}.name`, name, text);
  if (i === 0) for (const text of dns1035Label(name)) errors.invalid("spec.version", name, text);
  const warning = version["deprecationWarning"];
  if (warning !== undefined && version["deprecated"] !== true)
    errors.invalid(`${field}.deprecationWarning`, warning, "can only be set for deprecated versions");
}

interface Part {
  part: string;
  /** Where it is told of. */
  path: string;
  i: number;
  budget: TypeBudget;
}

function validatePart(version: JsonObject, { part, path, i, budget }: Part, errors: FieldErrors): void {
  if (part === "schema") return validateSchema(version, { path, i, budget }, errors);
  if (part === "subresources") return validateScale(version, `${path}.subresources.scale`, errors);
  if (part === "selectableFields") return validateSelectable(version, `${path}.selectableFields`, errors);
  recordsAt(version, part).forEach((column, j) => {
    const field = `${path}.${part}[${j}]`;
    if (asText(column["name"]) === "") errors.required(`${field}.name`);
    const type = asText(column["type"]);
    if (type === "") errors.required(`${field}.type`, `must be one of ${COLUMN_TYPES.join(",")}`);
    else if (!COLUMN_TYPES.includes(type))
      errors.invalid(`${field}.type`, type, `must be one of ${COLUMN_TYPES.join(",")}`);
    validateColumnPath(asText(column["jsonPath"]), `${field}.JSONPath`, errors);
  });
}

/** Columns may go through lists, and scales not. */
function validateColumnPath(path: string, field: string, errors: FieldErrors): void {
  if (path === "") errors.required(field);
  else if (!path.startsWith(".")) errors.invalid(field, path, "must be a simple json path starting with .");
}

function validateSchema(
  version: JsonObject,
  { path, i, budget }: { path: string; i: number; budget: TypeBudget },
  errors: FieldErrors,
): void {
  const schema = recordAt(version, "schema.openAPIV3Schema");
  if (schema === undefined) return errors.required(`spec.versions[${i}].schema.openAPIV3Schema`);
  const field = path === "spec" ? "spec.validation.openAPIV3Schema" : `${path}.schema.openAPIV3Schema`;
  validateStructural(schema, { path: field, budget }, errors);
}

function validateScale(version: JsonObject, field: string, errors: FieldErrors): void {
  const scale = recordAt(version, "subresources.scale");
  if (scale === undefined) return;
  for (const [name, root, isNeeded] of [
    ["specReplicasPath", ".spec", true],
    ["statusReplicasPath", ".status", true],
    ["labelSelectorPath", "", false],
  ] as const) {
    const path = asText(scale[name]);
    const at = `${field}.${name}`;
    if (path === "" && isNeeded) errors.required(at);
    else if (path !== "" && !SIMPLE_PATH.test(path))
      errors.invalid(at, path, "must be a simple json path starting with .");
    else if (path !== "" && root !== "" && !path.startsWith(`${root}.`))
      errors.invalid(at, path, `should be a json path under ${root}`);
    else if (path !== "" && root === "" && !/^\.(?:spec|status)\./.test(path))
      errors.invalid(at, path, "should be a json path under either .spec or .status");
  }
}

function validateSelectable(version: JsonObject, path: string, errors: FieldErrors): void {
  recordsAt(version, "selectableFields").forEach(({ jsonPath }, i) => {
    const field = `${path}[${i}].jsonPath`;
    const text = asText(jsonPath);
    const found = schemaAt(recordAt(version, "schema.openAPIV3Schema"), text);
    if (text.startsWith(".metadata.") || found === undefined)
      errors.invalid(field, text, "is an invalid path: does not refer to a valid field");
    else if (!SELECTABLE_TYPES.includes(asText(found["type"]))) {
      const why =
        "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
      errors.invalid(field, text, why);
    }
  });
}

function schemaAt(schema: JsonObject | undefined, path: string): JsonObject | undefined {
  let at = schema;
  for (const name of path.split(".").slice(1)) {
    const properties = recordAt(at, "properties") ?? {};
    const next: unknown = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!isRecord(next)) return undefined;
    at = next;
  }
  return at;
}

/** A version as the API's own type has it; what is shared has gone up to the definition. */
function goVersion({ name, served, storage, deprecated, deprecationWarning }: JsonObject): JsonObject {
  return {
    Name: name ?? "",
    Served: served ?? false,
    Storage: storage ?? false,
    Deprecated: deprecated ?? false,
    DeprecationWarning: deprecationWarning ?? null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  };
}
