import { asText, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
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
  const limits = ["startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"];
  for (const field of limits) notNegative(valueAt(object, `spec.${field}`), `spec.${field}`, errors);
  const zone = valueAt(object, "spec.timeZone");
  if (zone === undefined) return;
  if (zone === "") errors.invalid("spec.timeZone", zone, "timeZone must be nil or non-empty string");
  else if (!isTimeZone(asText(zone)))
    errors.invalid("spec.timeZone", zone, `unknown time zone ${asText(zone)}`);
}

function scheduleProblem(schedule: string): string | undefined {
  if (schedule.includes("TZ")) return "cannot use TZ or CRON_TZ in schedule, use timeZone field instead";
  if (schedule.startsWith("@")) {
    const isKnown =
      DESCRIPTORS.includes(schedule) || /^@every (?:\d+(?:\.\d+)?(?:ms|[hms]))+$/.test(schedule);
    return isKnown ? undefined : `unrecognized descriptor: ${schedule}`;
  }
  const fields = schedule.split(/\s+/).filter(Boolean);
  if (fields.length !== 5) {
    return `expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`;
  }
  for (const [i, field] of fields.entries()) {
    for (const part of field.split(",")) {
      const why = partProblem(part, i);
      if (why !== undefined) return why;
    }
  }
  return undefined;
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

function isTimeZone(name: string): boolean {
  if (name.toLowerCase() === "local") return false;
  try {
    // An offset is no name of a zone.
    return (
      Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "" && !/^[+-]/.test(name)
    );
  } catch {
    return false;
  }
}
