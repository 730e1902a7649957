import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { ageOf } from "./age.js";
import type { PrintContext } from "./printers.js";

export const NONE = "<none>";

export function objectAge({ metadata }: ApiObject, { now }: PrintContext): string {
  return ageOf(metadata.creationTimestamp, now);
}

/** `a=b,c=d`, sorted; `<none>` where there are none. */
export function labelsText(labels: unknown): string {
  if (!isRecord(labels)) return NONE;
  const pairs = Object.keys(labels)
    .toSorted()
    .map((key) => `${key}=${asText(labels[key])}`);
  return pairs.length === 0 ? NONE : pairs.join(",");
}

/** A `LabelSelector`, or a plain map of labels, as kubectl shows it. */
export function selectorText(selector: unknown): string {
  if (!isRecord(selector)) return NONE;
  if (!("matchLabels" in selector) && !("matchExpressions" in selector)) return labelsText(selector);
  const labels = recordAt(selector, "matchLabels");
  const expressions = recordsAt(selector, "matchExpressions").map(expressionText);
  const parts = [...(labels && Object.keys(labels).length > 0 ? [labelsText(labels)] : []), ...expressions];
  return parts.length === 0 ? NONE : parts.join(",");
}

function expressionText({ key, operator, values }: JsonObject): string {
  const list = Array.isArray(values) ? values.map((value) => asText(value)).join(",") : "";
  if (operator === "Exists") return asText(key);
  if (operator === "DoesNotExist") return `!${asText(key)}`;
  return `${asText(key)} ${operator === "In" ? "in" : "notin"} (${list})`;
}

/** The names and the images of the containers of a pod spec. */
export function containerCells(podSpec: JsonObject | undefined): [string, string] {
  const containers = recordsAt(podSpec, "containers");
  const names = containers.map(({ name }) => asText(name)).join(",");
  return [names, containers.map(({ image }) => asText(image)).join(",")];
}

export function countOf(value: unknown): number {
  if (Array.isArray(value)) return value.length;
  return isRecord(value) ? Object.keys(value).length : 0;
}
