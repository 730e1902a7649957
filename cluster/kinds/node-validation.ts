import { asText, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { cidr } from "../validation/addresses.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { labelValue, qualifiedName } from "../validation/names.js";

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/** Adds what is wrong with a Node; its taints are told of as metadata. */
export function validateNode(object: ApiObject, errors: FieldErrors): void {
  const seen = new Set<string>();
  recordsAt(object, "spec.taints").forEach((taint, i) => {
    const field = `metadata.taints[${i}]`;
    const [key, value, effect] = ["key", "value", "effect"].map((name) => asText(taint[name]));
    for (const text of qualifiedName(key ?? "")) errors.invalid(`${field}.key`, key, text);
    const problems = labelValue(value ?? "");
    if (problems.length > 0) errors.invalid(`${field}.value`, value, problems.join(";"));
    if (effect === "") errors.required(`${field}.effect`);
    else if (!EFFECTS.includes(effect ?? "")) errors.unsupported(`${field}.effect`, effect, EFFECTS);
    const id = `${key ?? ""}:${effect ?? ""}`;
    if (seen.has(id)) {
      const given = { Key: key, Value: value, Effect: effect, TimeAdded: taint["timeAdded"] ?? null };
      errors.duplicate(field, given, "taints must be unique by key and effect pair");
    }
    seen.add(id);
  });
  const listed = valueAt(object, "spec.podCIDRs");
  const ranges = Array.isArray(listed) ? listed : [textAt(object, "spec.podCIDR")];
  ranges
    .map((range) => asText(range))
    .forEach((range, i) => {
      for (const text of range === "" ? [] : cidr(range)) errors.invalid(`spec.podCIDRs[${i}]`, range, text);
    });
}
