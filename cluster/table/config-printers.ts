import { asText, numberAt, recordAt, recordsAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { ageOf } from "./age.js";
import { countOf, objectAge } from "./cells.js";
import type { PrintContext, Printer } from "./printers.js";

export const configPrinters: Record<string, Printer> = {
  "/ConfigMap": (object, context) => [
    object.metadata.name,
    countOf(object["data"]) + countOf(object["binaryData"]),
    objectAge(object, context),
  ],
  "/Secret": (object, context) => [
    object.metadata.name,
    asText(object["type"]),
    countOf(object["data"]),
    objectAge(object, context),
  ],
  "/ServiceAccount": (object, context) => [object.metadata.name, objectAge(object, context)],
  "/LimitRange": ({ metadata }) => [metadata.name, metadata.creationTimestamp],
  "/ResourceQuota": printQuota,
  "/Event": printEvent,
  "events.k8s.io/Event": printEvent,
  "policy/PodDisruptionBudget": (object, context) => [
    object.metadata.name,
    textAt(object, "spec.minAvailable", "N/A"),
    textAt(object, "spec.maxUnavailable", "N/A"),
    numberAt(object, "status.disruptionsAllowed"),
    objectAge(object, context),
  ],
};

function printQuota(quota: ApiObject, context: PrintContext): unknown[] {
  const hard = recordAt(quota, "status.hard") ?? recordAt(quota, "spec.hard") ?? {};
  const used = recordAt(quota, "status.used") ?? {};
  const texts = Object.keys(hard)
    .toSorted()
    .map((name) => ({ name, text: `${name}: ${asText(used[name], "0")}/${asText(hard[name])}` }));
  const ofLimits = texts.filter(({ name }) => name.startsWith("limits"));
  const ofRequests = texts.filter(({ name }) => !name.startsWith("limits"));
  return [
    quota.metadata.name,
    ofRequests.map(({ text }) => text).join(", "),
    ofLimits.map(({ text }) => text).join(", "),
    objectAge(quota, context),
  ];
}

function printEvent(event: ApiObject, { now }: PrintContext): unknown[] {
  const first =
    textAt(event, "firstTimestamp") ||
    textAt(event, "deprecatedFirstTimestamp") ||
    textAt(event, "eventTime");
  const last = textAt(event, "lastTimestamp") || textAt(event, "deprecatedLastTimestamp") || first;
  const object = recordAt(event, "involvedObject") ?? recordAt(event, "regarding");
  const count =
    numberAt(event, "series.count") || numberAt(event, "count") || numberAt(event, "deprecatedCount", 1);
  const seriesTime = textAt(event, "series.lastObservedTime");
  return [
    ageOf(seriesTime || last, now),
    textAt(event, "type"),
    textAt(event, "reason"),
    `${textAt(object, "kind").toLowerCase()}/${textAt(object, "name")}`,
    textAt(object, "fieldPath"),
    sourceOf(event),
    (textAt(event, "message") || textAt(event, "note")).trim(),
    ageOf(first, now),
    count || 1,
    event.metadata.name,
  ];
}

function sourceOf(event: ApiObject): string {
  const source = recordAt(event, "source") ?? recordAt(event, "deprecatedSource");
  const component =
    textAt(source, "component") ||
    textAt(event, "reportingComponent") ||
    textAt(event, "reportingController");
  const host = textAt(source, "host") || textAt(event, "reportingInstance");
  return [component, host].filter(Boolean).join(", ");
}

export function roleCells(object: ApiObject, context: PrintContext): unknown[] {
  const namesOf = (kind: string): string =>
    recordsAt(object, "subjects")
      .filter((subject) => subject["kind"] === kind)
      .map(
        (subject) =>
          (kind === "ServiceAccount" ? `${textAt(subject, "namespace")}/` : "") + textAt(subject, "name"),
      )
      .join(", ");
  const role = `${textAt(object, "roleRef.kind")}/${textAt(object, "roleRef.name")}`;
  const people = ["User", "Group", "ServiceAccount"].map(namesOf);
  return [object.metadata.name, role, objectAge(object, context), ...people];
}
