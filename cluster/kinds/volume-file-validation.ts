import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateFieldReference, validateResourceReference } from "./field-source-validation.js";
import { validateFilePath } from "./path-rules.js";

const MAX_MODE = 0o777;
const MODE_TEXT = "must be a number between 0 and 0777 (octal), both inclusive";
const VOLUME_FIELDS = {
  known: ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"],
  convertible:
    /^(?:metadata\.(?:annotations|labels|name|namespace|uid)|spec\.(?:nodeName|restartPolicy|serviceAccountName|schedulerName|hostNetwork)|status\.(?:phase|hostIPs?|podIPs?|nominatedNodeName))$/,
};

/** Adds what is wrong with a key that becomes a file at `field`. */
export function validateKeyToPath(item: JsonObject, field: string, errors: FieldErrors): void {
  for (const name of ["key", "path"]) if (asText(item[name]) === "") errors.required(`${field}.${name}`);
  validateFilePath(asText(item["path"]), `${field}.path`, errors);
  validateMode(item["mode"], `${field}.mode`, errors);
}

/** Adds what is wrong with a file made from what the pod is; a real API server names the list, not the file. */
export function validateDownwardFile(file: JsonObject, field: string, errors: FieldErrors): void {
  const path = asText(file["path"]);
  if (path === "") errors.required(`${field}.path`);
  validateFilePath(path, `${field}.path`, errors);
  const [reference, resource] = ["fieldRef", "resourceFieldRef"].map((name) => recordAt(file, name));
  if (reference !== undefined) {
    validateFieldReference(reference, `${field}.fieldRef`, VOLUME_FIELDS, errors);
    const why = "fieldRef and resourceFieldRef can not be specified simultaneously";
    if (resource !== undefined) errors.invalid(field, "resource", why);
  } else if (resource !== undefined) {
    validateResourceReference(resource, `${field}.resourceFieldRef`, { isOfVolume: true }, errors);
  } else errors.required(field, "one of fieldRef and resourceFieldRef is required");
  validateMode(file["mode"], `${field}.mode`, errors);
}

/** Adds an error for permissions no file has. */
export function validateMode(mode: unknown, field: string, errors: FieldErrors): void {
  if (typeof mode === "number" && (mode < 0 || mode > MAX_MODE)) errors.invalid(field, mode, MODE_TEXT);
}
