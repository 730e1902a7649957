import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsLabel, dnsSubdomain } from "../validation/names.js";
import { validateContainer, validateHostPorts } from "./container-validation.js";
import { validatePlacement } from "./placement-validation.js";
import { validatePodNames } from "./pod-names-validation.js";
import { validateResources } from "./resource-validation.js";
import { validatePodSecurity } from "./security-validation.js";
import { validateVolumes } from "./volume-validation.js";

const CONTAINER_LISTS = ["containers", "initContainers", "ephemeralContainers"];
const MAX_SECONDS = 2_147_483_647;
const SYSTEMS = ["linux", "windows"];
/** What a container of another system cannot ask for, in the order the API looks at it. */
const UNIX_FIELDS = [
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
];

/** Adds what is wrong with a pod spec at `path`; `claims` are volumes that are added to each pod later. */
export function validatePodSpec(
  spec: JsonObject,
  path: string,
  errors: FieldErrors,
  claims: string[] = [],
): void {
  const volumes = new Set([...validateVolumes(spec, path, errors), ...claims]);
  const owned = validateResourceClaims(spec, `${path}.resourceClaims`, errors);
  if (recordsAt(spec, "containers").length === 0) errors.required(`${path}.containers`);
  validateContainers(spec, path, { volumes, claims: owned }, errors);
  const resources = recordAt(spec, "resources");
  if (resources !== undefined) validateResources(resources, `${path}.resources`, owned, errors);
  if (spec["hostNetwork"] === true) validateHostNetwork(spec, path, errors);
  validatePodSecurity(spec, path, errors);
  validatePlacement(spec, path, errors);
  validatePodNames(spec, path, errors);
  validateScalars(spec, path, errors);
  validateOs(spec, path, errors);
}

function validateContainers(
  spec: JsonObject,
  path: string,
  { volumes, claims }: { volumes: ReadonlySet<string>; claims: string[] },
  errors: FieldErrors,
): void {
  const { terminationGracePeriodSeconds: grace } = spec;
  const graceSeconds = typeof grace === "number" ? grace : undefined;
  const names = new Set<string>();
  for (const list of CONTAINER_LISTS) {
    const containers = recordsAt(spec, list);
    containers.forEach((container, i) => {
      const field = `${path}.${list}[${i}]`;
      const name = asText(container["name"]);
      if (name === "") errors.required(`${field}.name`);
      else for (const text of dnsLabel(name)) errors.invalid(`${field}.name`, name, text);
      validateContainer(container, { field, list, volumes, claims, graceSeconds }, errors);
      if (name !== "" && names.has(name)) errors.duplicate(`${field}.name`, name);
      names.add(name);
      const target = asText(container["targetContainerName"]);
      if (target !== "" && !isAmong(spec, target)) errors.notFound(`${field}.targetContainerName`, target);
      // Those that run one after the other share no ports.
      if (list === "initContainers") validateHostPorts([container], `${path}.${list}`, errors);
    });
    if (list === "containers") validateHostPorts(containers, `${path}.${list}`, errors);
  }
}

/** Whether a container that was there from the start has the name. */
function isAmong(spec: JsonObject, name: string): boolean {
  return ["containers", "initContainers"].some((list) =>
    recordsAt(spec, list).some((container) => container["name"] === name),
  );
}

/** Adds what is wrong with the resource claims of a pod; returns their names. */
function validateResourceClaims(spec: JsonObject, path: string, errors: FieldErrors): string[] {
  const names: string[] = [];
  recordsAt(spec, "resourceClaims").forEach((claim, i) => {
    const { resourceClaimName: own, resourceClaimTemplateName: template } = claim;
    const name = asText(claim["name"]);
    const field = `${path}[${i}]`;
    if (names.includes(name)) errors.duplicate(`${field}.name`, name);
    else for (const text of name === "" ? [] : dnsLabel(name)) errors.invalid(`${field}.name`, name, text);
    names.push(name);
    const given = {
      Name: name,
      ResourceClaimName: own ?? null,
      ResourceClaimTemplateName: template ?? null,
    };
    if (own !== undefined && template !== undefined) {
      const why = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified";
      errors.invalid(field, given, why);
    } else if (own === undefined && template === undefined) {
      errors.invalid(field, given, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
    }
  });
  return names;
}

function validateHostNetwork(spec: JsonObject, path: string, errors: FieldErrors): void {
  recordsAt(spec, "containers").forEach((container, i) =>
    recordsAt(container, "ports").forEach(({ hostPort, containerPort }, j) => {
      if (hostPort === undefined || hostPort === 0 || hostPort === containerPort) return;
      const why = "must match `containerPort` when `hostNetwork` is true";
      errors.invalid(`${path}.containers[${i}].ports[${j}].hostPort`, hostPort, why);
    }),
  );
  if (spec["hostUsers"] === false) errors.forbidden(`${path}.hostNetwork`, "when `hostUsers` is false");
}

function validateOs(spec: JsonObject, path: string, errors: FieldErrors): void {
  const os = recordAt(spec, "os");
  if (os === undefined) return;
  const name = asText(os["name"]);
  if (name !== "" && !SYSTEMS.includes(name)) errors.unsupported(`${path}.os`, name, SYSTEMS);
  if (name !== "windows") return;
  for (const list of CONTAINER_LISTS)
    recordsAt(spec, list).forEach((container, i) => {
      const context = recordAt(container, "securityContext") ?? {};
      for (const field of UNIX_FIELDS)
        if (context[field] !== undefined)
          errors.forbidden(
            `${path}.${list}[${i}].securityContext.${field}`,
            "cannot be set for a windows pod",
          );
    });
}

function validateScalars(spec: JsonObject, path: string, errors: FieldErrors): void {
  const { activeDeadlineSeconds: seconds } = spec;
  if (typeof seconds === "number" && (seconds < 1 || seconds > MAX_SECONDS)) {
    const why = `must be between 1 and ${MAX_SECONDS}, inclusive`;
    errors.invalid(`${path}.activeDeadlineSeconds`, seconds, why);
  }
  for (const field of ["serviceAccountName", "nodeName"]) {
    const name = asText(spec[field]);
    if (name !== "") for (const text of dnsSubdomain(name)) errors.invalid(`${path}.${field}`, name, text);
  }
  for (const field of ["hostname", "subdomain"]) {
    const name = asText(spec[field]);
    for (const text of name === "" ? [] : dnsLabel(name)) errors.invalid(`${path}.${field}`, name, text);
  }
}
