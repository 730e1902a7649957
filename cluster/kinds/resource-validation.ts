import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import { compareQuantities, isQuantity, nanoUnits } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { qualifiedName } from "../validation/names.js";

const CONTAINER_RESOURCES = /^(?:cpu|memory|ephemeral-storage|hugepages-.+)$/;
const STANDARD_RESOURCES =
  /^(?:cpu|memory|ephemeral-storage|storage|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services\.(?:loadbalancers|nodeports)|(?:requests|limits)\.(?:cpu|memory|ephemeral-storage|storage|hugepages-.+)|hugepages-.+)$/;
const HUGE_PAGES = "hugepages-";
const WHOLE = 1_000_000_000n;

/** Adds what is wrong with requests and limits at `field`; `claims` are the names the pod gives its resource claims. */
export function validateResources(
  resources: JsonObject,
  field: string,
  claims: readonly string[],
  errors: FieldErrors,
): void {
  const limits = recordAt(resources, "limits") ?? {};
  const requests = recordAt(resources, "requests") ?? {};
  validateAmounts(limits, `${field}.limits`, errors);
  for (const [name, request] of Object.entries(requests)) {
    validateAmounts({ [name]: request }, `${field}.requests`, errors);
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
    validateRequest({ name, request, limit }, field, errors);
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  const hasPages = names.some((name) => name.startsWith(HUGE_PAGES));
  if (hasPages && !names.includes("cpu") && !names.includes("memory"))
    errors.forbidden(field, "HugePages require cpu or memory");
  validateClaims(resources, `${field}.claims`, claims, errors);
}

function validateAmounts(values: JsonObject, path: string, errors: FieldErrors): void {
  for (const [name, value] of Object.entries(values)) {
    const at = `${path}[${name}]`;
    for (const text of containerResource(name)) errors.invalid(at, name, text);
    if (asText(value).startsWith("-"))
      errors.invalid(at, asText(value), "must be greater than or equal to 0");
    if (isExtended(name) && isQuantity(value) && nanoUnits(asText(value)) % WHOLE !== 0n)
      errors.invalid(at, asText(value), "must be an integer");
  }
}

function validateRequest(
  { name, request, limit }: { name: string; request: unknown; limit: unknown },
  field: string,
  errors: FieldErrors,
): void {
  const isFixed = isExtended(name) || name.startsWith(HUGE_PAGES);
  if (limit === undefined) {
    const why = "Limit must be set for non overcommitable resources";
    if (isFixed) errors.required(`${field}.limits`, why);
    return;
  }
  if (!isQuantity(request) || !isQuantity(limit)) return;
  const order = compareQuantities(asText(request), asText(limit));
  const shown = asText(request);
  if (isFixed && order !== 0)
    errors.invalid(`${field}.requests`, shown, `must be equal to ${name} limit of ${asText(limit)}`);
  else if (order > 0) {
    const why = `must be less than or equal to ${name} limit of ${asText(limit)}`;
    errors.invalid(`${field}.requests`, shown, why);
  }
}

/** Whether a resource is none of Kubernetes' own. */
function isExtended(name: string): boolean {
  if (!name.includes("/") || name.startsWith("requests.")) return false;
  return !/(?:^|\.)kubernetes\.io\//.test(name);
}

/** What is wrong with the name of a resource of containers. */
export function containerResource(name: string): string[] {
  if (CONTAINER_RESOURCES.test(name)) return [];
  const problems = qualifiedName(name);
  if (problems.length > 0 || name.includes("/")) return problems;
  const ofContainers = "must be a standard resource for containers";
  if (STANDARD_RESOURCES.test(name)) return [ofContainers];
  return ["must be a standard resource type or fully qualified", ofContainers];
}

function validateClaims(
  resources: JsonObject,
  path: string,
  claims: readonly string[],
  errors: FieldErrors,
): void {
  const names = new Set<string>();
  recordsAt(resources, "claims").forEach((claim, i) => {
    const name = asText(claim["name"]);
    if (names.has(name)) errors.duplicate(`${path}[${i}]`, name);
    names.add(name);
    if (name === "" || claims.includes(name)) return;
    const known = claims.length === 0 ? " which is empty" : `: ${claims.toSorted().join(", ")}`;
    errors.notFound(`${path}[${i}]`, name, `must be one of the names in pod.spec.resourceClaims${known}`);
  });
}
