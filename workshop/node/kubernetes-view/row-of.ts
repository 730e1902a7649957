import type { EventRow, ObjectRow } from "../../common/kubernetes-view.js";
import { LEARNER, SESSION_LABEL } from "../../common/session.js";
import { type ViewedKind, nameOfKind } from "./viewed-kinds.js";
import { containersOf } from "./pod-status.js";
import { statusOf } from "./row-status.js";
import type { ViewedObject } from "./viewed-object.js";

/** Begins the names of what image policies are handed to the cluster in. */
const POLICY_PARAMETERS = "lectern-image-policies";
/** Characters: a line, and a paragraph. */
const MAX_STATUS = 160;
const MAX_DETAIL = 1_000;

/** The object in a line, without anything that is long or secret. */
export function rowOf(kind: ViewedKind, object: ViewedObject): ObjectRow {
  const { metadata = {} } = object;
  const { status, state, detail } = statusOf(nameOfKind(kind), object);
  const { ownerReferences = [], creationTimestamp = "" } = metadata;
  const owner = (ownerReferences.find(({ controller }) => controller === true) ?? ownerReferences[0])?.uid;
  return {
    uid: metadata.uid ?? "",
    kind: kind.kind,
    section: cameWithSession(kind, object) ? "session" : kind.section,
    order: kind.order,
    api: kind.api,
    plural: kind.plural,
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    ...(owner !== undefined && { owner }),
    version: metadata.resourceVersion ?? "",
    createdAt: creationTimestamp,
    changedAt: changeTime(object),
    state,
    status: cut(status, MAX_STATUS),
    ...(detail !== undefined && { detail: cut(detail, MAX_DETAIL) }),
    ...(kind.plural === "pods" && kind.group === "" && { containers: containersOf(object) }),
  };
}

/** An event in a line. */
export function eventRowOf(object: ViewedObject): EventRow {
  const { type, reason, message, involvedObject = {}, ...event } = object as ViewedObject & StoredEvent;
  const { uid = "", namespace = "", creationTimestamp } = object.metadata ?? {};
  return {
    uid,
    isWarning: type === "Warning",
    reason: cut(reason ?? "", MAX_STATUS),
    message: cut(message ?? "", MAX_DETAIL),
    ...occurrences(event, creationTimestamp),
    namespace,
    about: { uid: "", kind: "", name: "", ...textsOf(involvedObject) },
  };
}

/** How often it happened, and when last. */
function occurrences(
  { series, count, lastTimestamp, eventTime }: StoredEvent,
  createdAt: string | undefined,
): Pick<EventRow, "count" | "lastAt"> {
  const last = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? createdAt;
  return { count: series?.count ?? count ?? 1, lastAt: timeOf(last ?? undefined) };
}

function textsOf({
  uid,
  kind,
  name,
}: NonNullable<StoredEvent["involvedObject"]>): Partial<EventRow["about"]> {
  return { ...(uid && { uid }), ...(kind && { kind }), ...(name && { name }) };
}

interface StoredEvent {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  series?: { count?: number; lastObservedTime?: string } | null;
  involvedObject?: { uid?: string; kind?: string; name?: string };
}

/** What Lectern and the cluster put into every session's namespace, and no lab nor learner. */
function cameWithSession({ plural }: ViewedKind, { metadata = {} }: ViewedObject): boolean {
  const { name = "", labels = {} } = metadata;
  if (Object.hasOwn(labels, SESSION_LABEL)) return name === LEARNER || name.startsWith(`${LEARNER}-`);
  return (
    name === "kube-root-ca.crt" ||
    (name === "default" && plural === "serviceaccounts") ||
    name.startsWith(POLICY_PARAMETERS)
  );
}

/** Who changed it says when; that is to the second. */
function changeTime({ metadata = {} }: ViewedObject): number {
  const { creationTimestamp, deletionTimestamp, managedFields = [] } = metadata;
  const times = [creationTimestamp, ...managedFields.map(({ time }) => time)].map(timeOf);
  // Until when it may take, and no moment that has been.
  const ending = deletionTimestamp === undefined ? 0 : Math.min(Date.now(), timeOf(deletionTimestamp));
  return Math.max(ending, ...times);
}

function timeOf(text: string | undefined): number {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? 0 : time;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
