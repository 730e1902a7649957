import type { JsonObject } from "../api/field-access.js";
import { asText, recordsAt, valueAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";

const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const SECCOMP =
  /^(?:container\.seccomp\.security\.alpha\.kubernetes\.io\/|seccomp\.security\.alpha\.kubernetes\.io\/pod$)/;
const SECCOMP_PROFILE = /^(?:runtime\/default|docker\/default|unconfined|localhost\/[^/].*)$/;
const LISTS = ["initContainers", "containers", "ephemeralContainers"];
/** Types of the field, by what begins the annotation. */
const TYPES: [prefix: string, type: string][] = [
  ["unconfined", "Unconfined"],
  ["runtime/default", "RuntimeDefault"],
  ["localhost/", "Localhost"],
];

/** Adds what is wrong with the annotations at `field` by which pods named profiles of AppArmor and seccomp, before there were fields. */
export function validateProfileAnnotations(
  annotations: JsonObject | undefined,
  { spec, field, path }: { spec: JsonObject; field: string; path: string },
  errors: FieldErrors,
): void {
  for (const [name, given] of Object.entries(annotations ?? {})) {
    const value = asText(given);
    if (SECCOMP.test(name) && !SECCOMP_PROFILE.test(value))
      errors.invalid(`${field}.${name}`, value, "must be a valid seccomp profile");
    if (name.startsWith(APP_ARMOR))
      validateAppArmor(
        { container: name.slice(APP_ARMOR.length), value, at: `${field}[${name}]` },
        { spec, path },
        errors,
      );
  }
}

function validateAppArmor(
  { container, value, at }: { container: string; value: string; at: string },
  { spec, path }: { spec: JsonObject; path: string },
  errors: FieldErrors,
): void {
  const found = LISTS.flatMap((list) =>
    recordsAt(spec, list).map((each, i) => ({ each, place: `${path}.${list}[${i}]` })),
  ).find(({ each }) => each["name"] === container);
  if (found === undefined) return errors.invalid(at, container, "container not found");
  const type = TYPES.find(([prefix]) =>
    prefix.endsWith("/") ? value.startsWith(prefix) : value === prefix,
  )?.[1];
  if (value !== "" && type === undefined)
    errors.invalid(at, value, `invalid AppArmor profile name: ${JSON.stringify(value)}`);
  const profile = "securityContext.appArmorProfile.type";
  const wanted = valueAt(found.each, profile);
  if (type === undefined || wanted === undefined || wanted === type) return;
  errors.forbidden(`${found.place}.${profile}`, "apparmor type in annotation and field must match");
}
