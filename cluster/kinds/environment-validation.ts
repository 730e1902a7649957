import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsSubdomain } from "../validation/names.js";
import { configKey } from "./configuration-validation.js";
import { validateFieldReference, validateResourceReference } from "./field-source-validation.js";

const VARIABLE_NAME = /^[\x20-\x3C\x3E-\x7E]+$/;
const VARIABLE_NAME_TEXT =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";
const SOURCES = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
const OBJECTS = ["configMapRef", "secretRef"];
/** Fields of a pod that a variable may be taken from. */
const POD_FIELDS = [
  "metadata.name",
  "metadata.namespace",
  "metadata.uid",
  "spec.nodeName",
  "spec.serviceAccountName",
  "status.hostIP",
  "status.hostIPs",
  "status.podIP",
  "status.podIPs",
];
const CONVERTIBLE =
  /^(?:metadata\.(?:name|namespace|uid|annotations|labels)|spec\.(?:nodeName|restartPolicy|serviceAccountName|schedulerName|hostNetwork)|status\.(?:phase|hostIPs?|podIPs?|nominatedNodeName))$/;

/** Adds what is wrong with the variables of a container at `field`. */
export function validateEnvironment(container: JsonObject, field: string, errors: FieldErrors): void {
  recordsAt(container, "env").forEach((each, i) => validateVariable(each, `${field}.env[${i}]`, errors));
  recordsAt(container, "envFrom").forEach((source, i) =>
    validateSourceOfMany(source, { path: `${field}.envFrom`, at: `${field}.envFrom[${i}]` }, errors),
  );
}

function validateVariable(variable: JsonObject, field: string, errors: FieldErrors): void {
  const name = asText(variable["name"]);
  if (name === "") errors.required(`${field}.name`);
  else if (!VARIABLE_NAME.test(name)) errors.invalid(`${field}.name`, name, VARIABLE_NAME_TEXT);
  const from = recordAt(variable, "valueFrom");
  if (from === undefined) return;
  const at = `${field}.valueFrom`;
  const sources = SOURCES.filter((source) => isRecord(from[source]));
  for (const source of sources) validateSource(recordAt(from, source) ?? {}, at, source, errors);
  if (sources.length === 0) {
    const names = SOURCES.map((source) => `\`${source}\``);
    const list = `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
    errors.invalid(at, "", `must specify one of: ${list}`);
  } else if (asText(variable["value"]) !== "") {
    errors.invalid(at, "", "may not be specified when `value` is not empty");
  } else if (sources.length > 1) {
    errors.invalid(at, "", "may not have more than one field specified at a time");
  }
}

function validateSource(source: JsonObject, field: string, kind: string, errors: FieldErrors): void {
  const at = `${field}.${kind}`;
  if (kind === "fieldRef") {
    validateFieldReference(source, at, { known: POD_FIELDS, convertible: CONVERTIBLE }, errors);
  } else if (kind === "resourceFieldRef") {
    validateResourceReference(source, at, { isOfVolume: false }, errors);
  } else if (kind !== "fileKeyRef") {
    validateObjectName(source, at, errors);
    const key = asText(source["key"]);
    if (key === "") errors.required(`${at}.key`);
    else for (const text of configKey(key)) errors.invalid(`${at}.key`, key, text);
  }
}

function validateObjectName(reference: JsonObject, at: string, errors: FieldErrors): void {
  const name = asText(reference["name"]);
  for (const text of dnsSubdomain(name)) errors.invalid(`${at}.name`, name, text);
}

/** `path` is the list's, where a real API server tells of sources that are none or too many. */
function validateSourceOfMany(
  source: JsonObject,
  { path, at }: { path: string; at: string },
  errors: FieldErrors,
): void {
  const prefix = asText(source["prefix"]);
  if (prefix !== "" && !VARIABLE_NAME.test(prefix)) {
    errors.invalid(`${at}.prefix`, prefix, VARIABLE_NAME_TEXT);
  }
  const present = OBJECTS.filter((name) => isRecord(source[name]));
  for (const name of present) {
    const reference = recordAt(source, name) ?? {};
    if (asText(reference["name"]) === "") errors.required(`${at}.${name}.name`);
    else validateObjectName(reference, `${at}.${name}`, errors);
  }
  if (present.length === 0) errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
  if (present.length > 1) errors.invalid(path, "", "may not have more than one field specified at a time");
}
