import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateJobSpec } from "./job-validation.js";
import { notNegative } from "./number-rules.js";

const MAX_NAME = 52;
const DESCRIPTORS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
const NAMES = [
  [],
  [],
  [],
  ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  ["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
];
/** The least and greatest value of each field of a schedule. */
const RANGES: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
];

/** Adds what is wrong with a CronJob; schedules are read as kube-controller-manager reads them. */
export function validateCronJob(object: ApiObject, errors: FieldErrors): void {
  const name = object.metadata.name ?? "";
  if (name.length > MAX_NAME)
    errors.invalid("metadata.name", name, `must be no more than ${MAX_NAME} characters`);
  const schedule = textAt(object, "spec.schedule");
  if (schedule === "") errors.required("spec.schedule");
  else {
    const why = scheduleProblem(schedule);
    if (why !== undefined) errors.invalid("spec.schedule", schedule, why);
  }
  notNegative(valueAt(object, "spec.startingDeadlineSeconds"), "spec.startingDeadlineSeconds", errors);
  const zone = valueAt(object, "spec.timeZone");
  if (zone !== undefined) validateTimeZone(asText(zone), errors);
  validateJobTemplate(recordAt(object, "spec.jobTemplate.spec") ?? {}, errors);
  for (const field of ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"])
    notNegative(valueAt(object, `spec.${field}`), `spec.${field}`, errors);
}

function validateTimeZone(zone: string, errors: FieldErrors): void {
  const field = "spec.timeZone";
  if (zone === "") errors.invalid(field, zone, "timeZone must be nil or non-empty string");
  else if (zone.toLowerCase() === "local") {
    const why = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    errors.invalid(field, zone, why);
  } else if (!isTimeZone(zone)) errors.invalid(field, zone, `unknown time zone ${zone}`);
}

function validateJobTemplate(spec: JsonObject, errors: FieldErrors): void {
  const path = "spec.jobTemplate.spec";
  validateJobSpec(spec, path, errors);
  if (spec["selector"] !== undefined)
    errors.invalid(`${path}.selector`, spec["selector"], "`selector` will be auto-generated");
  if (spec["manualSelector"] === true) errors.unsupported(`${path}.manualSelector`, true, ["nil", "false"]);
}

function scheduleProblem(schedule: string): string | undefined {
  if (schedule.includes("TZ")) return "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
  if (schedule.startsWith("@")) {
    const isKnown =
      DESCRIPTORS.includes(schedule) || /^@every (?:\d+(?:\.\d+)?(?:ms|[hms]))+$/.test(schedule);
    if (isKnown) return undefined;
    return everyProblem(schedule) ?? `unrecognized descriptor: ${schedule}`;
  }
  const fields = schedule.split(/\s+/).filter(Boolean);
  if (fields.length !== 5) {
    return `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  }
  for (const [i, field] of fields.entries()) {
    for (const part of field.split(",").filter(Boolean)) {
      const why = partProblem(part, i);
      if (why !== undefined) return why;
    }
  }
  return undefined;
}

const EVERY = "@every ";

/** What Go says of a time that is none, as far as its last unit tells. */
function everyProblem(schedule: string): string | undefined {
  if (!schedule.startsWith(EVERY)) return undefined;
  const duration = schedule.slice(EVERY.length);
  const unit = /^(?:\d+(?:\.\d+)?(?:ms|us|ns|[hms]))*\d+(?:\.\d+)?([a-z]*)/i.exec(duration)?.[1];
  const shown = JSON.stringify(duration);
  const why =
    unit === undefined
      ? `time: invalid duration ${shown}`
      : unit === ""
        ? `time: missing unit in duration ${shown}`
        : `time: unknown unit ${JSON.stringify(unit)} in duration ${shown}`;
  return `failed to parse duration ${schedule}: ${why}`;
}

function partProblem(part: string, i: number): string | undefined {
  const [range = "", step, ...more] = part.split("/");
  if (more.length > 0) return `too many slashes: ${part}`;
  const [first = "", last, ...rest] = range.split("-");
  if (rest.length > 0) return `too many hyphens: ${part}`;
  const wrong = [first, last].find((text) => text !== undefined && Number.isNaN(numberOf(text, i)));
  if (wrong !== undefined) {
    return `failed to parse int from ${wrong}: strconv.Atoi: parsing ${JSON.stringify(wrong)}: invalid syntax`;
  }
  return (
    rangeProblem(part, i) ?? (step === "0" ? `step of range should be a positive number: ${part}` : undefined)
  );
}

function rangeProblem(part: string, i: number): string | undefined {
  const [min, max] = RANGES[i] ?? [0, 0];
  const [range = "", step] = part.split("/");
  const [first = "", last] = range.split("-");
  if (first === "*" || first === "?") return undefined;
  const start = numberOf(first, i);
  // A step without an end goes on to the last.
  const end = last !== undefined ? numberOf(last, i) : step === undefined ? start : max;
  if (start < min) return `beginning of range (${start}) below minimum (${min}): ${part}`;
  if (end > max) return `end of range (${end}) above maximum (${max}): ${part}`;
  return start > end ? `beginning of range (${start}) beyond end of range (${end}): ${part}` : undefined;
}

function numberOf(text: string, i: number): number {
  if (text === "*" || text === "?") return RANGES[i]?.[0] ?? 0;
  const names = NAMES[i] ?? [];
  const named = names.indexOf(text.toLowerCase());
  if (named !== -1) return named + (RANGES[i]?.[0] ?? 0);
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** The names of zones are names of files, and told by case, which Intl does not look at. */
function isTimeZone(name: string): boolean {
  // An offset is no name of a zone.
  if (/^[+-]/.test(name)) return false;
  try {
    const { timeZone } = Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    if (timeZone.toLowerCase() === name.toLowerCase()) return timeZone === name;
    return name.split("/").every((part) => /^[A-Z]/.test(part));
  } catch {
    return false;
  }
}
