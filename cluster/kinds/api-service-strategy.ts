import { asText, numberAt, recordAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dns1035Label, dnsSubdomain } from "../validation/names.js";
import type { KindStrategy } from "./strategy.js";

const MAX_GROUP_PRIORITY = 20_000;
const MAX_VERSION_PRIORITY = 1000;
const HTTPS_PORT = 443;
const MAX_PORT = 65_535;

/** An APIService says who serves a version of an API group. */
export const apiServiceStrategy: KindStrategy = {
  prepareCreate: (object) => {
    object["status"] = {};
  },
  setDefaults: (object) => {
    const service = recordAt(object, "spec.service");
    if (service !== undefined) service["port"] ??= HTTPS_PORT;
  },
  validate: (object, errors) => {
    validateName(object, errors);
    validatePriorities(object, errors);
    const service = recordAt(object, "spec.service");
    const isUnchecked = valueAt(object, "spec.insecureSkipTLSVerify") === true;
    const bundle = textAt(object, "spec.caBundle");
    if (service === undefined) {
      const bytes = `${Buffer.from(bundle, "base64").length} bytes`;
      if (bundle !== "") errors.invalid("spec.caBundle", bytes, "local APIServices may not have a caBundle");
      if (isUnchecked) {
        const why = "local APIServices may not have insecureSkipTLSVerify";
        errors.invalid("spec.insecureSkipTLSVerify", true, why);
      }
      return;
    }
    for (const field of ["namespace", "name"]) {
      if (asText(service[field]) === "") errors.required(`spec.service.${field}`);
    }
    const port = numberAt(service, "port");
    if (port < 1 || port > MAX_PORT) {
      const why = `port is not valid: must be between 1 and ${MAX_PORT}, inclusive`;
      errors.invalid("spec.service.port", port, why);
    }
    if (isUnchecked && bundle !== "") {
      errors.invalid("spec.insecureSkipTLSVerify", true, "may not be true if caBundle is present");
    }
  },
};

function validateName(object: ApiObject, errors: FieldErrors): void {
  const [group, version] = [textAt(object, "spec.group"), textAt(object, "spec.version")];
  const { name = "" } = object.metadata;
  if (name !== "" && name !== `${version}.${group}`) {
    const why = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(`${version}.${group}`)}`;
    errors.invalid("metadata.name", name, why);
  }
  if (group === "" && version !== "v1") {
    errors.required("spec.group", "only v1 may have an empty group and it better be legacy kube");
  }
  if (group !== "") for (const why of dnsSubdomain(group)) errors.invalid("spec.group", group, why);
  for (const why of dns1035Label(version)) errors.invalid("spec.version", version, why);
}

function validatePriorities(object: ApiObject, errors: FieldErrors): void {
  const bounds = { groupPriorityMinimum: MAX_GROUP_PRIORITY, versionPriority: MAX_VERSION_PRIORITY };
  for (const [field, max] of Object.entries(bounds)) {
    const value = numberAt(object, `spec.${field}`);
    if (value > 0 && value <= max) continue;
    errors.invalid(`spec.${field}`, value, `must be positive and less than ${max}`);
  }
}
