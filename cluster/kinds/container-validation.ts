import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { portName } from "../validation/names.js";
import { validateEnvironment } from "./environment-validation.js";
import { validateMounts } from "./mount-validation.js";
import { forbidProbes, validateProbes } from "./probe-validation.js";
import { validateResources } from "./resource-validation.js";
import { validateContainerSecurity } from "./security-validation.js";

const RESIZED = ["cpu", "memory"];
const RESIZE_POLICIES = ["NotRequired", "RestartContainer"];
const RESTART_POLICIES = ["Always", "Never", "OnFailure"];

/** What a container stands in. */
export interface ContainerPlace {
  field: string;
  /** The field of the pod spec it is in. */
  list: string;
  /** The pod's volumes that are right. */
  volumes: ReadonlySet<string>;
  /** The names the pod gives its resource claims. */
  claims: readonly string[];
  /** How long the pod may take to end. */
  graceSeconds: number | undefined;
}

/** Adds what is wrong with a container, but for its name. */
export function validateContainer(container: JsonObject, place: ContainerPlace, errors: FieldErrors): void {
  const { field, list, volumes, claims, graceSeconds } = place;
  const image = container["image"];
  if (image === undefined || image === "") errors.required(`${field}.image`);
  else if (typeof image === "string" && image !== image.trim()) {
    errors.invalid(`${field}.image`, image, "must not have leading or trailing whitespace");
  }
  validatePorts(container, `${field}.ports`, errors);
  validateEnvironment(container, field, errors);
  validateMounts(container, field, volumes, errors);
  validateResources(recordAt(container, "resources") ?? {}, `${field}.resources`, claims, errors);
  validateResizePolicy(container, `${field}.resizePolicy`, errors);
  validateContainerSecurity(recordAt(container, "securityContext") ?? {}, `${field}.securityContext`, errors);
  if (list === "ephemeralContainers") return forbidServing(container, field, errors);
  if (list === "initContainers" && container["restartPolicy"] !== "Always") {
    forbidProbes(container, field, errors);
  } else validateProbes(container, { field, graceSeconds }, errors);
  validateRestartPolicy(container, `${field}.restartPolicy`, errors);
}

function validateRestartPolicy(container: JsonObject, field: string, errors: FieldErrors): void {
  const { restartPolicy } = container;
  const hasRules = recordsAt(container, "restartPolicyRules").length > 0;
  if (restartPolicy === undefined && hasRules)
    errors.required(field, "must specify restartPolicy when restart rules are used");
  else if (restartPolicy !== undefined && !RESTART_POLICIES.includes(asText(restartPolicy)))
    errors.unsupported(field, restartPolicy, RESTART_POLICIES);
}

function validateResizePolicy(container: JsonObject, field: string, errors: FieldErrors): void {
  recordsAt(container, "resizePolicy").forEach(({ resourceName, restartPolicy }) => {
    if (resourceName !== undefined && !RESIZED.includes(asText(resourceName)))
      errors.unsupported(field, resourceName, RESIZED);
    if (restartPolicy !== undefined && !RESIZE_POLICIES.includes(asText(restartPolicy)))
      errors.unsupported(field, restartPolicy, RESIZE_POLICIES);
  });
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

/** Adds an error for each port of the machine that is taken by a container of `list` before. */
export function validateHostPorts(containers: JsonObject[], list: string, errors: FieldErrors): void {
  const taken = new Set<string>();
  containers.forEach((container, i) =>
    recordsAt(container, "ports").forEach(({ hostPort, hostIP, protocol }, j) => {
      if (typeof hostPort !== "number" || hostPort === 0) return;
      const key = `${asText(protocol, "TCP")}/${asText(hostIP)}/${hostPort}`;
      if (taken.has(key)) errors.duplicate(`${list}[${i}].ports[${j}].hostPort`, key);
      taken.add(key);
    }),
  );
}

export function validatePortNumber(value: unknown, field: string, errors: FieldErrors): void {
  if (typeof value === "number" && (value < 1 || value > 65_535)) {
    errors.invalid(field, value, "must be between 1 and 65535, inclusive");
  }
}
