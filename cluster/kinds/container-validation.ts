import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import { compareQuantities, isQuantity } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsSubdomain, portName, qualifiedName } from "../validation/names.js";
import { forbidProbes, validateProbes } from "./probe-validation.js";

const ENV_NAME = /^[\x20-\x3C\x3E-\x7E]+$/;
const ENV_SOURCES = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];
const MAX_ID = 2_147_483_647;
/** Fields of a pod that a variable may be taken from. */
const POD_FIELDS =
  /^(?:metadata\.(?:name|namespace|uid|annotations|labels)|spec\.(?:nodeName|restartPolicy|serviceAccountName|schedulerName|hostNetwork)|status\.(?:phase|hostIPs?|podIPs?|nominatedNodeName))$|^metadata\.(?:annotations|labels)\['[^']+'\]$/;
const CONTAINER_RESOURCES = /^(?:cpu|memory|ephemeral-storage|hugepages-.+)$/;

/** Adds what is wrong with a container at `field`; `list` is the field of the pod spec it is in. */
export function validateContainer(
  container: JsonObject,
  { field, list, volumes }: { field: string; list: string; volumes: ReadonlySet<string> },
  errors: FieldErrors,
): void {
  const image = container["image"];
  if (image === undefined || image === "") errors.required(`${field}.image`);
  else if (typeof image === "string" && image !== image.trim()) {
    errors.invalid(`${field}.image`, image, "must not have leading or trailing whitespace");
  }
  validatePorts(container, `${field}.ports`, errors);
  recordsAt(container, "env").forEach((each, i) => validateVariable(each, `${field}.env[${i}]`, errors));
  validateEnvFrom(container, `${field}.envFrom`, errors);
  validateMounts(container, field, volumes, errors);
  validateResources(container, `${field}.resources`, errors);
  validateSecurity(recordAt(container, "securityContext") ?? {}, `${field}.securityContext`, errors);
  if (list === "ephemeralContainers") return forbidServing(container, field, errors);
  if (list === "initContainers" && container["restartPolicy"] !== "Always") {
    forbidProbes(container, field, errors);
  } else validateProbes(container, field, errors);
  const { restartPolicy } = container;
  const policies = ["Always", "Never", "OnFailure"];
  if (restartPolicy !== undefined && !policies.includes(asText(restartPolicy))) {
    errors.unsupported(`${field}.restartPolicy`, restartPolicy, policies);
  }
}

/** What makes a container part of an application, which one that is only looked through is not. */
const SERVING = ["ports", "resources", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle"];

function forbidServing(container: JsonObject, field: string, errors: FieldErrors): void {
  const why = "cannot be set for an Ephemeral Container";
  for (const name of SERVING) {
    const value = container[name];
    const isEmpty = value === undefined || (isRecord(value) && Object.keys(value).length === 0);
    if (!isEmpty) errors.forbidden(`${field}.${name}`, why);
  }
  recordsAt(container, "volumeMounts").forEach((mount, i) => {
    for (const name of ["subPath", "subPathExpr"])
      if (asText(mount[name]) !== "") errors.forbidden(`${field}.volumeMounts[${i}].${name}`, why);
  });
}

function validatePorts(container: JsonObject, path: string, errors: FieldErrors): void {
  const names = new Set<string>();
  recordsAt(container, "ports").forEach((port, i) => {
    const field = `${path}[${i}]`;
    const name = asText(port["name"]);
    if (name !== "") {
      const problems = portName(name);
      for (const text of problems) errors.invalid(`${field}.name`, name, text);
      if (problems.length === 0 && names.has(name)) errors.duplicate(`${field}.name`, name);
      names.add(name);
    }
    const number = port["containerPort"];
    if (number === undefined || number === 0) errors.required(`${field}.containerPort`);
    else validatePortNumber(number, `${field}.containerPort`, errors);
    const { hostPort } = port;
    if (hostPort !== undefined && hostPort !== 0) validatePortNumber(hostPort, `${field}.hostPort`, errors);
  });
}

export function validatePortNumber(value: unknown, field: string, errors: FieldErrors): void {
  if (typeof value === "number" && (value < 1 || value > 65_535)) {
    errors.invalid(field, value, "must be between 1 and 65535, inclusive");
  }
}

function validateVariable(variable: JsonObject, field: string, errors: FieldErrors): void {
  const name = asText(variable["name"]);
  if (name === "") errors.required(`${field}.name`);
  else if (!ENV_NAME.test(name)) {
    errors.invalid(
      `${field}.name`,
      name,
      "a valid environment variable name must consist only of printable ASCII characters other than '='",
    );
  }
  const from = recordAt(variable, "valueFrom");
  if (from === undefined) return;
  const sources = ENV_SOURCES.filter((source) => isRecord(from[source]));
  for (const source of sources)
    validateSource(from[source] as JsonObject, `${field}.valueFrom`, source, errors);
  if (sources.length === 0) {
    const names = ENV_SOURCES.map((source) => `\`${source}\``);
    const list = `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
    errors.invalid(`${field}.valueFrom`, "", `must specify one of: ${list}`);
  } else if (asText(variable["value"]) !== "") {
    errors.invalid(`${field}.valueFrom`, "", "may not be specified when `value` is not empty");
  } else if (sources.length > 1) {
    errors.invalid(`${field}.valueFrom`, "", "may not have more than one field specified at a time");
  }
}

function validateSource(source: JsonObject, field: string, kind: string, errors: FieldErrors): void {
  if (kind === "fieldRef") {
    const path = asText(source["fieldPath"]);
    if (path === "" || POD_FIELDS.test(path)) return;
    const why = `error converting fieldPath: field label not supported: ${path}`;
    errors.invalid(`${field}.fieldRef.fieldPath`, path, why);
  }
  if (kind !== "configMapKeyRef" && kind !== "secretKeyRef") return;
  const name = asText(source["name"]);
  for (const text of dnsSubdomain(name)) errors.invalid(`${field}.${kind}.name`, name, text);
}

function validateEnvFrom(container: JsonObject, path: string, errors: FieldErrors): void {
  for (const source of recordsAt(container, "envFrom")) {
    const count = ["configMapRef", "secretRef"].filter((name) => isRecord(source[name])).length;
    if (count === 0) errors.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
    if (count > 1) errors.invalid(path, "", "may not have more than one field specified at a time");
  }
}

function validateMounts(
  container: JsonObject,
  field: string,
  volumes: ReadonlySet<string>,
  errors: FieldErrors,
): void {
  const paths = new Set<string>();
  recordsAt(container, "volumeMounts").forEach((mount, i) => {
    const at = `${field}.volumeMounts[${i}]`;
    const [name, mountPath, subPath] = ["name", "mountPath", "subPath"].map((each) => asText(mount[each]));
    if (name !== undefined && name !== "" && !volumes.has(name)) errors.notFound(`${at}.name`, name);
    if (mountPath !== undefined && paths.has(mountPath))
      errors.invalid(`${at}.mountPath`, mountPath, "must be unique");
    paths.add(mountPath ?? "");
    if (subPath?.startsWith("/") === true)
      errors.invalid(`${field}.volumeMounts.subPath`, subPath, "must be a relative path");
    else if (subPath?.split("/").includes("..") === true)
      errors.invalid(`${field}.volumeMounts.subPath`, subPath, "must not contain '..'");
  });
}

function validateResources(container: JsonObject, field: string, errors: FieldErrors): void {
  const limits = recordAt(container, "resources.limits") ?? {};
  const requests = recordAt(container, "resources.requests") ?? {};
  for (const [list, values] of Object.entries({ limits, requests })) {
    for (const [name, value] of Object.entries(values)) {
      const at = `${field}.${list}[${name}]`;
      for (const text of resourceName(name)) errors.invalid(at, name, text);
      if (asText(value).startsWith("-")) errors.invalid(at, value, "must be greater than or equal to 0");
    }
  }
  for (const [name, request] of Object.entries(requests)) {
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
    if (limit === undefined || !isQuantity(request) || !isQuantity(limit)) continue;
    if (compareQuantities(asText(request), asText(limit)) > 0) {
      errors.invalid(
        `${field}.requests`,
        asText(request),
        `must be less than or equal to ${name} limit of ${asText(limit)}`,
      );
    }
  }
}

function resourceName(name: string): string[] {
  if (CONTAINER_RESOURCES.test(name)) return [];
  const problems = qualifiedName(name);
  if (problems.length > 0 || name.includes("/")) return problems;
  return [
    "must be a standard resource type or fully qualified",
    "must be a standard resource for containers",
  ];
}

function validateSecurity(context: JsonObject, field: string, errors: FieldErrors): void {
  for (const name of ["runAsUser", "runAsGroup"]) {
    const value = context[name];
    if (typeof value !== "number" || (value >= 0 && value <= MAX_ID)) continue;
    errors.invalid(`${field}.${name}`, value, `must be between 0 and ${MAX_ID}, inclusive`);
  }
  if (context["privileged"] !== true || context["allowPrivilegeEscalation"] !== false) return;
  const why = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
  errors.invalid(field, goSecurityContext(context), why);
}

/** The value as the API's own type has it, with every field. */
function goSecurityContext(context: JsonObject): JsonObject {
  const names = [
    "capabilities",
    "privileged",
    "seLinuxOptions",
    "windowsOptions",
    "runAsUser",
    "runAsGroup",
    "runAsNonRoot",
    "readOnlyRootFilesystem",
    "allowPrivilegeEscalation",
    "procMount",
    "seccompProfile",
    "appArmorProfile",
  ];
  return Object.fromEntries(names.map((name) => [goName(name), context[name] ?? null]));
}

function goName(name: string): string {
  return name.startsWith("seL") ? "SELinuxOptions" : name.charAt(0).toUpperCase() + name.slice(1);
}
