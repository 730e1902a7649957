import type { JsonObject } from "../api/field-access.js";
import { asText, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateLabelSelector } from "./selector-validation.js";

function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.map((each) => asText(each)) : [];
}

/** Adds what is wrong with which requests a policy or webhook at `path` is about; its operations come before the rest. */
export function validateMatch(match: JsonObject, path: string, errors: FieldErrors): void {
  for (const name of ["namespaceSelector", "objectSelector"])
    validateLabelSelector(match[name], `${path}.${name}`, errors);
  for (const list of ["resourceRules", "excludeResourceRules"])
    recordsAt(match, list).forEach((rule, i) => validateAdmissionRule(rule, `${path}.${list}[${i}]`, errors));
}

/** Adds what is wrong with one rule. */
export function validateAdmissionRule(rule: JsonObject, path: string, errors: FieldErrors): void {
  const operations = textsOf(rule["operations"]);
  if (operations.length === 0) errors.required(`${path}.operations`);
  validateStar(operations, { field: `${path}.operations`, what: "other operations" }, errors);
  for (const [list, what] of [
    ["apiGroups", "other API groups"],
    ["apiVersions", "other API versions"],
  ] as const) {
    const values = textsOf(rule[list]);
    if (values.length === 0) errors.required(`${path}.${list}`);
    validateStar(values, { field: `${path}.${list}`, what }, errors);
  }
  textsOf(rule["apiVersions"]).forEach((version, i) => {
    if (version === "") errors.required(`${path}.apiVersions[${i}]`);
  });
  validateResources(textsOf(rule["resources"]), `${path}.resources`, errors);
}

function validateStar(
  values: string[],
  { field, what }: { field: string; what: string },
  errors: FieldErrors,
): void {
  if (values.length > 1 && values.includes("*"))
    errors.invalid(field, values, `if '*' is present, must not specify ${what}`);
}

function validateResources(resources: string[], field: string, errors: FieldErrors): void {
  if (resources.length === 0) errors.required(field);
  const [whole, everywhere] = [new Set<string>(), new Set<string>()];
  resources.forEach((name, i) => {
    if (name === "") return errors.required(`${field}[${i}]`);
    const slash = name.indexOf("/");
    if (slash === -1) return;
    const [resource, sub] = [name.slice(0, slash), name.slice(slash + 1)];
    const exclude = (pattern: string): void =>
      errors.invalid(`${field}[${i}]`, name, `if '${pattern}' is present, must not specify ${name}`);
    if (whole.has(resource)) exclude(`${resource}/*`);
    if (everywhere.has(sub)) exclude(`*/${sub}`);
    if (sub === "*") whole.add(resource);
    if (resource === "*") everywhere.add(sub);
  });
  if (resources.length > 1 && resources.includes("*/*"))
    errors.invalid(field, resources, "if '*/*' is present, must not specify other resources");
  const hasPlain = resources.some((name) => !name.includes("/") && name !== "*");
  if (resources.includes("*") && hasPlain) {
    const why = "if '*' is present, must not specify other resources without subresources";
    errors.invalid(field, resources, why);
  }
}
