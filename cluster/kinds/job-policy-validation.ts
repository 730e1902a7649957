import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { qualifiedName } from "../validation/names.js";
import { notNegative } from "./number-rules.js";

const MAX_RULES = 20;
const MAX_CODES = 255;

/** Adds what is wrong with what a Job at `path` makes of failed pods. */
export function validateFailurePolicy(job: JsonObject, path: string, errors: FieldErrors): void {
  const rules = recordsAt(job, "podFailurePolicy.rules");
  const field = `${path}.podFailurePolicy.rules`;
  if (rules.length > MAX_RULES) errors.tooMany(field, rules.length, MAX_RULES);
  rules.forEach((rule, i) => {
    const at = `${field}[${i}]`;
    if (rule["action"] === "FailIndex" && job["backoffLimitPerIndex"] === undefined)
      errors.invalid(`${at}.action`, "FailIndex", "requires the backoffLimitPerIndex to be set");
    const codes = recordAt(rule, "onExitCodes");
    if (codes !== undefined) validateCodes(codes, { at: `${at}.onExitCodes`, job }, errors);
    const conditions = recordsAt(rule, "onPodConditions");
    conditions.forEach(({ type, status }, j) =>
      validateCondition({ type, status }, `${at}.onPodConditions[${j}]`, errors),
    );
    if (codes === undefined && conditions.length === 0)
      errors.invalidUnshown(at, "specifying one of OnExitCodes and OnPodConditions is required");
    if (codes !== undefined && conditions.length > 0)
      errors.invalidUnshown(at, "specifying both OnExitCodes and OnPodConditions is not supported");
  });
}

function validateCondition({ type, status }: JsonObject, at: string, errors: FieldErrors): void {
  const statuses = ["False", "True", "Unknown"];
  for (const text of qualifiedName(asText(type))) errors.invalid(`${at}.type`, asText(type), text);
  if (!statuses.includes(asText(status))) errors.unsupported(`${at}.status`, asText(status), statuses);
}

function validateCodes(
  codes: JsonObject,
  { at, job }: { at: string; job: JsonObject },
  errors: FieldErrors,
): void {
  const { containerName: name, operator } = codes;
  const containers = ["containers", "initContainers"].flatMap((list) =>
    recordsAt(job, `template.spec.${list}`).map((container) => container["name"]),
  );
  if (name !== undefined && !containers.includes(name)) {
    const why = "must be one of the container or initContainer names in the pod template";
    errors.invalid(`${at}.containerName`, name, why);
  }
  const values: unknown[] = Array.isArray(codes["values"]) ? codes["values"] : [];
  if (values.length === 0) errors.invalid(`${at}.values`, values, "at least one value is required");
  if (values.length > MAX_CODES) errors.tooMany(`${at}.values`, values.length, MAX_CODES);
  values.forEach((value, i) => {
    if (value === 0 && operator === "In")
      errors.invalid(`${at}.values[${i}]`, 0, "must not be 0 for the In operator");
    if (values.indexOf(value) < i) errors.duplicate(`${at}.values[${i}]`, value);
  });
  const isOrdered = values.every((value, i) => i === 0 || Number(values[i - 1]) <= Number(value));
  if (!isOrdered) errors.invalid(`${at}.values`, values, "must be ordered");
}

/** Adds what is wrong with when a Job at `path` is done before all its indexes are. */
export function validateSuccessPolicy(job: JsonObject, path: string, errors: FieldErrors): void {
  const policy = recordAt(job, "successPolicy");
  if (policy === undefined) return;
  const rules = recordsAt(policy, "rules");
  if (job["completionMode"] !== "Indexed") {
    const given = rules.map((rule) => ({
      SucceededIndexes: rule["succeededIndexes"] ?? null,
      SucceededCount: rule["succeededCount"] ?? null,
    }));
    errors.invalid(`${path}.successPolicy`, { Rules: given }, "requires indexed completion mode");
    return;
  }
  const field = `${path}.successPolicy.rules`;
  if (rules.length === 0) {
    const why = "at least one rules must be specified when the successPolicy is specified";
    errors.required(field, why);
  }
  if (rules.length > MAX_RULES) errors.tooMany(field, rules.length, MAX_RULES);
  const completions = typeof job["completions"] === "number" ? job["completions"] : 0;
  rules.forEach((rule, i) => validateSuccessRule(rule, { at: `${field}[${i}]`, completions }, errors));
}

function validateSuccessRule(
  { succeededCount: count, succeededIndexes: indexes }: JsonObject,
  { at, completions }: { at: string; completions: number },
  errors: FieldErrors,
): void {
  if (count === undefined && indexes === undefined) {
    const why = "at least one of succeededCount or succeededIndexes must be specified";
    return errors.required(at, why);
  }
  let total = 0;
  if (indexes !== undefined) {
    const found = countIndexes(asText(indexes), completions);
    if (typeof found === "string")
      errors.invalid(`${at}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${found}`);
    else total = found;
  }
  if (typeof count !== "number") return;
  const field = `${at}.succeededCount`;
  notNegative(count, field, errors);
  const atMost = (limit: number, what: string): void =>
    errors.invalid(field, count, `must be less than or equal to ${limit} (${what})`);
  if (count > completions) atMost(completions, "the number of specified completions");
  if (indexes !== undefined && count > total)
    atMost(total, "the number of indexes in the specified succeededIndexes field");
}

/** How many indexes a list such as `1,3-5` has, or what is wrong with it. */
function countIndexes(text: string, completions: number): number | string {
  let total = 0;
  let last: number | undefined;
  for (const part of text === "" ? [] : text.split(",")) {
    const limits = part.split("-");
    if (limits.length > 2)
      return `the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    for (const limit of limits) {
      if (!/^\d+$/.test(limit)) return `cannot convert string to integer for index: ${JSON.stringify(limit)}`;
      if (Number(limit) >= completions) return `too large index: ${JSON.stringify(limit)}`;
    }
    const [first = 0, end = first] = limits.map(Number);
    if (limits.length > 1 && first >= end) return `non-increasing order, previous: ${first}, current: ${end}`;
    if (last !== undefined && last >= first)
      return `non-increasing order, previous: ${last}, current: ${first}`;
    total += end - first + 1;
    last = end;
  }
  return total;
}
