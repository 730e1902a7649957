import { isDeepStrictEqual } from "node:util";
import { asText, isRecord, numberAt, recordAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { qualifiedName } from "../validation/names.js";

const MAX_TEXT = 128;
const MAX_MESSAGE = 1024;
/** What never changes, as the core group and as the newer one calls it. */
const FIXED: [string, string][] = [
  ["involvedObject", "regarding"],
  ["reason", "reason"],
  ["message", "note"],
  ["source", "deprecatedSource"],
  ["count", "deprecatedCount"],
  ["type", "type"],
  ["action", "action"],
  ["related", "related"],
  ["reportingController", "reportingController"],
  ["reportingInstance", "reportingInstance"],
];
/** Namespaces that hold events of objects without one. */
const OF_CLUSTER = ["default", "kube-system"];

/** What every event must be, in whichever of its two versions it comes. */
export function validateEvent(event: ApiObject, errors: FieldErrors): void {
  const of = textAt(event, "involvedObject.namespace");
  const { namespace = "" } = event.metadata;
  const isTimed = isSet(event, "eventTime");
  const isElsewhere =
    of === "" ? !OF_CLUSTER.slice(0, isTimed ? 2 : 1).includes(namespace) : of !== namespace;
  if (isElsewhere && (of === "" || !isTimed))
    errors.invalid("involvedObject.namespace", of, "does not match event.namespace");
  if (isTimed) validateTimed(event, errors);
}

/** What an event with an `eventTime` says of itself. */
function validateTimed(event: ApiObject, errors: FieldErrors): void {
  const controller = textAt(event, "reportingComponent");
  if (controller === "") errors.required("reportingComponent");
  for (const text of qualifiedName(controller)) errors.invalid("reportingComponent", controller, text);
  for (const field of ["reportingInstance", "action", "reason"]) {
    const text = asText(event[field]);
    if (text === "") errors.required(field);
    if (Buffer.byteLength(text) > MAX_TEXT)
      errors.invalid(field, "", `can have at most ${MAX_TEXT} characters`);
  }
  if (Buffer.byteLength(textAt(event, "message")) > MAX_MESSAGE)
    errors.invalid("message", "", `can have at most ${MAX_MESSAGE} characters`);
}

/** What `events.k8s.io/v1` asks of an event besides: a new one says all of itself, and it stays so but for its series. */
export function validateEventV1(event: ApiObject, old: ApiObject | undefined, errors: FieldErrors): void {
  if (old === undefined) return validateNewEvent(event, errors);
  for (const [field, name] of FIXED) {
    if (isDeepStrictEqual(given(event[name]), given(old[name]))) continue;
    errors.invalid(field, event[name] ?? "", "field is immutable");
  }
}

/** What is given; Go does not tell nothing from a field that is not there, and its clients write the one or the other. */
function given(value: unknown): unknown {
  const isNothing = value === null || value === "" || value === 0;
  return isNothing || (isRecord(value) && Object.keys(value).length === 0) ? undefined : value;
}

function validateNewEvent(event: ApiObject, errors: FieldErrors): void {
  const series = recordAt(event, "series");
  if (series !== undefined && numberAt(series, "count") < 2)
    errors.invalid("series.count", "", "should be at least 2");
  if (series !== undefined && !isSet(series, "lastObservedTime")) errors.required("series.lastObservedTime");
  if (!isSet(event, "eventTime")) errors.required("eventTime");
  const type = textAt(event, "type");
  if (type !== "Normal" && type !== "Warning") errors.invalid("type", "", `has invalid value: ${type}`);
  // Named as in the core group, where these fields are.
  const legacy = { firstTimestamp: "deprecatedFirstTimestamp", lastTimestamp: "deprecatedLastTimestamp" };
  for (const [field, name] of Object.entries(legacy))
    if (isSet(event, name)) errors.invalid(field, "", "needs to be unset");
  if (numberAt(event, "deprecatedCount") !== 0) errors.invalid("count", "", "needs to be unset");
  const source = recordAt(event, "deprecatedSource") ?? {};
  if (textAt(source, "component") !== "" || textAt(source, "host") !== "")
    errors.invalid("source", "", "needs to be unset");
}

function isSet(object: Record<string, unknown>, field: string): boolean {
  const value = object[field];
  return value !== undefined && value !== null && value !== "";
}
