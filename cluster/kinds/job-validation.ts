import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, numberAt, recordAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { domainPrefixedPath, dnsLabel } from "../validation/names.js";
import { validateFailurePolicy, validateSuccessPolicy } from "./job-policy-validation.js";
import { notNegative } from "./number-rules.js";
import { goSelector } from "./selector-validation.js";
import { validateTemplate } from "./template-validation.js";
import { unchanged } from "./unchanged.js";

const COUNTS = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
];
const MAX_INDEXED = 100_000;
const ENDING_POLICIES = ["OnFailure", "Never"];

export function validateJob(object: ApiObject, errors: FieldErrors): void {
  const spec = recordAt(object, "spec") ?? {};
  validateJobSelector(object, errors);
  validateJobSpec(spec, "spec", errors);
  const { completionMode, completions } = spec;
  if (completionMode !== "Indexed" || typeof completions !== "number" || completions <= 0) return;
  const name = object.metadata.name ?? "";
  const host = `${name}-${completions - 1}`;
  if (dnsLabel(host).length > 0)
    errors.invalid("metadata.name", name, `will not able to create pod with invalid DNS label: ${host}`);
}

/** Adds what is wrong with the spec of a Job, or of the Jobs of a CronJob, at `path`. */
export function validateJobSpec(spec: JsonObject, path: string, errors: FieldErrors): void {
  for (const field of COUNTS) notNegative(spec[field], `${path}.${field}`, errors);
  if (spec["maxFailedIndexes"] !== undefined && spec["backoffLimitPerIndex"] === undefined)
    errors.required(`${path}.backoffLimitPerIndex`, "when maxFailedIndexes is specified");
  const { managedBy } = spec;
  if (managedBy !== undefined)
    for (const text of domainPrefixedPath(asText(managedBy)))
      errors.invalid(`${path}.managedBy`, managedBy, text);
  if (spec["completionMode"] === "Indexed") validateIndexed(spec, path, errors);
  else forbidIndexes(spec, path, errors);
  validateFailurePolicy(spec, path, errors);
  validateSuccessPolicy(spec, path, errors);
  const replacement = spec["podReplacementPolicy"];
  if (isRecord(spec["podFailurePolicy"]) && replacement !== undefined && replacement !== "Failed")
    errors.unsupported(`${path}.podReplacementPolicy`, replacement, ["Failed"]);
  validateTemplate(recordAt(spec, "template"), `${path}.template`, errors);
  validateEnding(spec, `${path}.template.spec.restartPolicy`, errors);
}

function validateIndexed(spec: JsonObject, path: string, errors: FieldErrors): void {
  const { completions, maxFailedIndexes } = spec;
  if (completions === undefined) errors.required(`${path}.completions`, "when completion mode is Indexed");
  const parallelism = numberAt(spec, "parallelism");
  if (parallelism > MAX_INDEXED) {
    const why = `must be less than or equal to ${MAX_INDEXED} when completion mode is Indexed`;
    errors.invalid(`${path}.parallelism`, parallelism, why);
  }
  if (typeof maxFailedIndexes !== "number" || typeof completions !== "number") return;
  if (maxFailedIndexes > completions)
    errors.invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, "must be less than or equal to completions");
}

function forbidIndexes(spec: JsonObject, path: string, errors: FieldErrors): void {
  for (const field of ["backoffLimitPerIndex", "maxFailedIndexes"])
    if (spec[field] !== undefined)
      errors.invalid(`${path}.${field}`, spec[field], "requires indexed completion mode");
}

/** The pods of a Job end; and where rules say what a failure means, nothing starts them again before. */
function validateEnding(spec: JsonObject, field: string, errors: FieldErrors): void {
  const policy = valueAt(spec, "template.spec.restartPolicy") ?? "Always";
  if (policy === "Always" || policy === "") errors.required(field, 'valid values: "OnFailure", "Never"');
  else if (!ENDING_POLICIES.includes(asText(policy))) errors.unsupported(field, policy, ENDING_POLICIES);
  else if (isRecord(spec["podFailurePolicy"]) && policy !== "Never")
    errors.invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified');
}

/** A Job selects by its own uid, unless it says that it does otherwise by hand. */
function validateJobSelector(object: ApiObject, errors: FieldErrors): void {
  const selector = recordAt(object, "spec.selector");
  const labels = recordAt(object, "spec.template.metadata.labels") as Record<string, string> | undefined;
  const isByHand = valueAt(object, "spec.manualSelector") === true;
  if (selector === undefined && isByHand) errors.required("spec.selector");
  if (selector !== undefined && !isByHand) {
    const own = { matchLabels: { "batch.kubernetes.io/controller-uid": object.metadata.uid } };
    const before = { matchLabels: { "controller-uid": object.metadata.uid } };
    if (![own, before].some((each) => isDeepStrictEqual(selector, each)))
      errors.invalid("spec.selector", goSelector(selector), "`selector` not auto-generated");
  }
  if ((selector === undefined && isByHand) || (selector && !labelSelectorMatcher(selector)(labels)))
    errors.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`");
}

const IMMUTABLE_FIELDS = [
  "spec.completions",
  "spec.selector",
  "spec.template",
  "spec.completionMode",
  "spec.podFailurePolicy",
  "spec.backoffLimitPerIndex",
  "spec.managedBy",
  "spec.successPolicy",
];

export function validateJobUpdate(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  for (const field of IMMUTABLE_FIELDS) {
    if (field === "spec.template" && isPlacedAnew(object, old)) continue;
    if (field === "spec.completions" && isElastic(object, old)) continue;
    unchanged(object, old, field, errors);
  }
}

/** Where the pods of a Job go may be changed as long as none has been made; what they are may not. */
const PLACEMENT = ["affinity", "nodeSelector", "tolerations", "schedulingGates"];

function isPlacedAnew(object: ApiObject, old: ApiObject): boolean {
  if (valueAt(old, "spec.suspend") !== true || valueAt(old, "status.startTime") !== undefined) return false;
  const [now, before] = [object, old].map((job) => {
    const spec = Object.entries(recordAt(job, "spec.template.spec") ?? {});
    // Of an affinity, that to nodes says where pods go; the rest what they are.
    const { nodeAffinity: _, ...affinity } = recordAt(job, "spec.template.spec.affinity") ?? {};
    return [Object.fromEntries(spec.filter(([field]) => !PLACEMENT.includes(field))), affinity];
  });
  return isDeepStrictEqual(now, before);
}

/** An indexed Job may have more or fewer indexes, as long as as many pods run at once. */
function isElastic(object: ApiObject, old: ApiObject): boolean {
  const [completions, before] = [object, old].map((each) => valueAt(each, "spec.completions"));
  if (valueAt(object, "spec.completionMode") !== "Indexed") return false;
  if (completions === undefined || completions === before) return false;
  return valueAt(object, "spec.parallelism") === completions;
}
