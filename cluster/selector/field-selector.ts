import type { ApiObject } from "../api/object.js";
import { textAt } from "../api/field-access.js";
import { badRequest } from "../api/status.js";

/** Tells whether a field selector selects the object. */
export type FieldMatcher = (object: ApiObject) => boolean;

interface SelectableFields {
  /** Paths beyond metadata.name and metadata.namespace; a function where the field is not simply its path. */
  fields: Record<string, true | ((object: ApiObject) => string)>;
  /** How the API words a field it does not know. */
  unsupported: (field: string) => string;
}

const notSupported = (field: string): string => `field label not supported: ${field}`;

/** The fields each kind can be selected by, as its API group registers them. */
const SELECTABLE: Record<string, SelectableFields> = {
  "/Pod": {
    fields: {
      "spec.nodeName": true,
      "spec.restartPolicy": true,
      "spec.schedulerName": true,
      "spec.serviceAccountName": true,
      "spec.hostNetwork": (pod) => textAt(pod, "spec.hostNetwork", "false"),
      "status.phase": true,
      "status.podIP": true,
      // The API knows the name, and objects have no value under it.
      "status.podIPs": () => "",
      "status.nominatedNodeName": true,
    },
    unsupported: notSupported,
  },
  "/Event": {
    fields: {
      "involvedObject.kind": true,
      "involvedObject.namespace": true,
      "involvedObject.name": true,
      "involvedObject.uid": true,
      "involvedObject.apiVersion": true,
      "involvedObject.resourceVersion": true,
      "involvedObject.fieldPath": true,
      reason: true,
      reportingComponent: true,
      source: (event) => textAt(event, "source.component") || textAt(event, "reportingComponent"),
      type: true,
    },
    unsupported: notSupported,
  },
  "events.k8s.io/Event": {
    fields: {
      "regarding.kind": true,
      "regarding.namespace": true,
      "regarding.name": true,
      "regarding.uid": true,
      "regarding.apiVersion": true,
      "regarding.resourceVersion": true,
      "regarding.fieldPath": true,
      reason: true,
      reportingController: true,
      type: true,
    },
    unsupported: notSupported,
  },
  "/Namespace": { fields: { "status.phase": true }, unsupported: notSupported },
  "/Node": {
    fields: { "spec.unschedulable": (node) => textAt(node, "spec.unschedulable", "false") },
    unsupported: notSupported,
  },
  "/Secret": { fields: { type: true }, unsupported: notSupported },
  "/Service": { fields: { "spec.clusterIP": true, "spec.type": true }, unsupported: notSupported },
  "/ReplicationController": {
    fields: { "status.replicas": (object) => textAt(object, "status.replicas", "0") },
    unsupported: notSupported,
  },
  "certificates.k8s.io/CertificateSigningRequest": {
    fields: { "spec.signerName": true },
    unsupported: notSupported,
  },
  "batch/Job": {
    fields: { "status.successful": (job) => textAt(job, "status.succeeded", "0") },
    unsupported: (field) => `field label ${JSON.stringify(field)} not supported for Job`,
  },
};

const METADATA_ONLY: SelectableFields = {
  fields: {},
  unsupported: (field) =>
    `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
};

interface Term {
  value: string;
  isEqual: boolean;
  read: (object: ApiObject) => string;
}

/**
 * Parses `a=b,c!=d` for objects of `groupKind` (`apps/ReplicaSet`, `/Pod`); `custom` lists the selectable fields of a
 * custom resource. Throws 400 for unknown fields and malformed text.
 */
export function parseFieldSelector(
  text: string,
  groupKind: string,
  custom?: readonly string[],
): FieldMatcher {
  const known =
    custom === undefined
      ? (SELECTABLE[groupKind] ?? METADATA_ONLY)
      : {
          fields: Object.fromEntries(custom.map((path) => [path, true as const])),
          unsupported: notSupported,
        };
  const terms = splitTerms(text).map((term) => parseTerm(term, text, known));
  return (object) => terms.every(({ read, value, isEqual }) => (read(object) === value) === isEqual);
}

/** The value of `metadata.name` a field selector asks for, when it asks for exactly one. */
export function selectedName(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /(?:^|,)metadata\.name==?([^,=!]+)(?:,|$)/.exec(text)?.[1];
}

function parseTerm(term: string, selector: string, known: SelectableFields): Term {
  const match = /^((?:\\.|[^=!\\])*)(==|!=|=)(.*)$/s.exec(term);
  if (match === null) {
    throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
  }
  const [, field = "", operator, rawValue = ""] = match;
  return { value: unescaped(rawValue), isEqual: operator !== "!=", read: fieldReader(field.trim(), known) };
}

/** Throws where a backslash stands before what needs none, or none before what does. */
function unescaped(value: string): string {
  return value.replaceAll(/\\(.?)|=/gs, (found, escaped: string | undefined) => {
    if (found === "=")
      throw badRequest(`invalid field selector: unescaped character in value: ${found.charCodeAt(0)}`);
    if (escaped !== undefined && escaped !== "" && "\\,=".includes(escaped)) return escaped;
    throw badRequest(`invalid field selector: invalid escape sequence: ${found}`);
  });
}

function fieldReader(field: string, known: SelectableFields): (object: ApiObject) => string {
  if (field === "metadata.name") return ({ metadata }) => metadata.name ?? "";
  if (field === "metadata.namespace") return ({ metadata }) => metadata.namespace ?? "";
  const entry = Object.hasOwn(known.fields, field.replace(/^\./, ""))
    ? known.fields[field.replace(/^\./, "")]
    : undefined;
  if (entry === undefined) throw badRequest(known.unsupported(field));
  return entry === true ? (object) => textAt(object, field.replace(/^\./, "")) : entry;
}

function splitTerms(text: string): string[] {
  return text.split(/(?<!\\),/).filter((term) => term !== "");
}
