import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import { compareQuantities, isQuantity } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsLabel } from "../validation/names.js";

const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"];
const ENV_NAME = /^[\x20-\x3C\x3E-\x7E]+$/;

/** Adds what is wrong with a pod spec at `path`; `claims` are volumes that are added to each pod later. */
export function validatePodSpec(
  spec: JsonObject,
  path: string,
  errors: FieldErrors,
  claims: string[] = [],
): void {
  const volumes = new Set([...validateVolumes(spec, path, errors), ...claims]);
  const names = new Set<string>();
  if (recordsAt(spec, "containers").length === 0) errors.required(`${path}.containers`);
  for (const list of CONTAINER_LISTS) {
    recordsAt(spec, list).forEach((container, i) => {
      const field = `${path}.${list}[${i}]`;
      const name = asText(container["name"]);
      if (name === "") errors.required(`${field}.name`);
      else for (const text of dnsLabel(name)) errors.invalid(`${field}.name`, name, text);
      if (name !== "" && names.has(name)) errors.duplicate(`${field}.name`, name);
      names.add(name);
      validateContainer(container, field, volumes, errors);
    });
  }
}

function validateVolumes(spec: JsonObject, path: string, errors: FieldErrors): Set<string> {
  const names = new Set<string>();
  recordsAt(spec, "volumes").forEach((volume, i) => {
    const name = asText(volume["name"]);
    const field = `${path}.volumes[${i}]`;
    if (name !== "") for (const text of dnsLabel(name)) errors.invalid(`${field}.name`, name, text);
    if (names.has(name)) errors.duplicate(`${field}.name`, name);
    names.add(name);
    const sources = Object.keys(volume).filter((key) => key !== "name");
    for (const source of sources.slice(1)) {
      errors.forbidden(`${field}.${source}`, "may not specify more than 1 volume type");
    }
  });
  return names;
}

function validateContainer(
  container: JsonObject,
  field: string,
  volumes: Set<string>,
  errors: FieldErrors,
): void {
  const image = container["image"];
  if (image === undefined || image === "") errors.required(`${field}.image`);
  else if (typeof image === "string" && image !== image.trim()) {
    errors.invalid(`${field}.image`, image, "must not have leading or trailing whitespace");
  }
  recordsAt(container, "ports").forEach((port, i) => validatePort(port, `${field}.ports[${i}]`, errors));
  recordsAt(container, "env").forEach((variable, i) => {
    const name = asText(variable["name"]);
    if (name === "") errors.required(`${field}.env[${i}].name`);
    else if (!ENV_NAME.test(name)) {
      errors.invalid(
        `${field}.env[${i}].name`,
        name,
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
      );
    }
    if (variable["valueFrom"] !== undefined && asText(variable["value"]) !== "") {
      errors.invalid(`${field}.env[${i}].valueFrom`, "", "may not be specified when `value` is not empty");
    }
  });
  validateMounts(container, field, volumes, errors);
  validateResources(container, `${field}.resources`, errors);
}

function validatePort(port: JsonObject, field: string, errors: FieldErrors): void {
  const number = port["containerPort"];
  if (number === undefined || number === 0) errors.required(`${field}.containerPort`);
  else validatePortNumber(number, `${field}.containerPort`, errors);
  if (port["hostPort"] !== undefined) validatePortNumber(port["hostPort"], `${field}.hostPort`, errors);
}

export function validatePortNumber(value: unknown, field: string, errors: FieldErrors): void {
  if (typeof value === "number" && (value < 1 || value > 65535)) {
    errors.invalid(field, value, "must be between 1 and 65535, inclusive");
  }
}

function validateMounts(
  container: JsonObject,
  field: string,
  volumes: Set<string>,
  errors: FieldErrors,
): void {
  const paths = new Set<string>();
  recordsAt(container, "volumeMounts").forEach((mount, i) => {
    const at = `${field}.volumeMounts[${i}]`;
    const name = asText(mount["name"]);
    const mountPath = asText(mount["mountPath"]);
    if (name !== "" && !volumes.has(name)) errors.notFound(`${at}.name`, name);
    if (paths.has(mountPath)) errors.invalid(`${at}.mountPath`, mountPath, "must be unique");
    paths.add(mountPath);
  });
}

function validateResources(container: JsonObject, field: string, errors: FieldErrors): void {
  const limits = recordAt(container, "resources.limits") ?? {};
  const requests = recordAt(container, "resources.requests") ?? {};
  for (const [list, values] of Object.entries({ limits, requests })) {
    for (const [name, value] of Object.entries(values)) {
      if (asText(value).startsWith("-")) {
        errors.invalid(`${field}.${list}[${name}]`, value, "must be greater than or equal to 0");
      }
    }
  }
  for (const [name, request] of Object.entries(requests)) {
    const limit = limits[name];
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
