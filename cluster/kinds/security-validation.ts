import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateDescendingPath } from "./path-rules.js";

const MAX_ID = 2_147_483_647;
const SYSCTL = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/;
const MAX_SYSCTL = 253;
const SYSCTL_TEXT = `must have at most ${MAX_SYSCTL} characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$`;

/** Adds what is wrong with the security context of a container at `field`. */
export function validateContainerSecurity(context: JsonObject, field: string, errors: FieldErrors): void {
  for (const name of ["runAsUser", "runAsGroup"]) validateId(context[name], `${field}.${name}`, errors);
  validateSeccomp(context, field, errors);
  if (context["privileged"] === true && context["allowPrivilegeEscalation"] === false) {
    const why = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
    errors.invalid(field, goSecurityContext(context), why);
  }
  validateAppArmor(context, field, errors);
}

/** Adds what is wrong with the security context of the whole pod. */
export function validatePodSecurity(spec: JsonObject, path: string, errors: FieldErrors): void {
  const context = recordAt(spec, "securityContext") ?? {};
  const field = `${path}.securityContext`;
  for (const name of ["fsGroup", "runAsUser", "runAsGroup"])
    validateId(context[name], `${field}.${name}`, errors);
  const groups = Array.isArray(context["supplementalGroups"]) ? context["supplementalGroups"] : [];
  groups.forEach((group: unknown, i) => validateId(group, `${field}.supplementalGroups[${i}]`, errors));
  if (spec["shareProcessNamespace"] === true && spec["hostPID"] === true) {
    const why = "ShareProcessNamespace and HostPID cannot both be enabled";
    errors.invalid(`${field}.shareProcessNamespace`, true, why);
  }
  validateSysctls(context, `${field}.sysctls`, errors);
  validateSeccomp(context, field, errors);
  validateAppArmor(context, field, errors);
}

function validateId(value: unknown, field: string, errors: FieldErrors): void {
  if (typeof value !== "number" || (value >= 0 && value <= MAX_ID)) return;
  errors.invalid(field, value, `must be between 0 and ${MAX_ID}, inclusive`);
}

function validateSysctls(context: JsonObject, path: string, errors: FieldErrors): void {
  const names = new Set<string>();
  recordsAt(context, "sysctls").forEach((sysctl, i) => {
    const name = asText(sysctl["name"]);
    if (name === "") return;
    if (name.length > MAX_SYSCTL || !SYSCTL.test(name))
      errors.invalid(`${path}[${i}].name`, name, SYSCTL_TEXT);
    else if (names.has(name)) errors.duplicate(`${path}[${i}].name`, name);
    names.add(name);
  });
}

function validateSeccomp(context: JsonObject, field: string, errors: FieldErrors): void {
  const profile = recordAt(context, "seccompProfile");
  if (profile === undefined) return;
  const at = `${field}.seccompProfile.localhostProfile`;
  const { type, localhostProfile: local } = profile;
  if (type === "Localhost" && local === undefined)
    errors.required(at, "must be set when seccomp type is Localhost");
  else if (type === "Localhost") validateDescendingPath(asText(local), at, errors);
  else if (local !== undefined) {
    const given = { Type: type ?? "", LocalhostProfile: local };
    errors.invalid(at, given, "can only be set when seccomp type is Localhost");
  }
}

function validateAppArmor(context: JsonObject, field: string, errors: FieldErrors): void {
  const profile = recordAt(context, "appArmorProfile");
  if (profile === undefined) return;
  const at = `${field}.appArmorProfile.localhostProfile`;
  const { type, localhostProfile: local } = profile;
  const missing = "must be set when AppArmor type is Localhost";
  if (type !== "Localhost") {
    if (local !== undefined) errors.invalid(at, local, "can only be set when AppArmor type is Localhost");
    return;
  }
  const name = asText(local);
  if (name !== name.trim()) errors.invalid(at, name, "must not be padded with whitespace");
  else if (name === "") errors.required(at, missing);
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
