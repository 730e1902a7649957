import type { JsonObject } from "../api/field-access.js";
import { asText, numberAt, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateFilePath } from "./path-rules.js";
import { validateDownwardFile, validateKeyToPath } from "./volume-file-validation.js";

const SOURCES = [
  "secret",
  "configMap",
  "downwardAPI",
  "serviceAccountToken",
  "clusterTrustBundle",
  "podCertificate",
];
const MIN_TOKEN_SECONDS = 600;

/** Adds what is wrong with the sources of a projected volume at `field`; all of them share one folder. */
export function validateProjection(volume: JsonObject, field: string, errors: FieldErrors): void {
  const paths = new Set<string>();
  recordsAt(volume, "sources").forEach((source, i) => {
    const at = `${field}.sources[${i}]`;
    const present = SOURCES.filter((name) => recordAt(source, name) !== undefined);
    for (const name of present) {
      const part = recordAt(source, name) ?? {};
      validatePart(part, { name, at: `${at}.${name}`, field, paths }, errors);
    }
    if (present.length > 1) errors.forbidden(at, "may not specify more than 1 volume type per source");
  });
}

interface Part {
  name: string;
  at: string;
  /** Path of the whole volume, where some of its faults are told. */
  field: string;
  /** Files the sources before have taken. */
  paths: Set<string>;
}

function validatePart(part: JsonObject, { name, at, field, paths }: Part, errors: FieldErrors): void {
  const claim = (path: string, shown: string): void => {
    if (path !== "" && paths.has(path)) errors.invalid(field, shown, "conflicting duplicate paths");
    paths.add(path);
  };
  if (name === "secret" || name === "configMap") {
    const source = asText(part["name"]);
    if (source === "") errors.required(`${at}.name`);
    recordsAt(part, "items").forEach((item, i) => {
      validateKeyToPath(item, `${at}.items[${i}]`, errors);
      claim(asText(item["path"]), source);
    });
  }
  if (name === "downwardAPI") {
    for (const file of recordsAt(part, "items")) {
      validateDownwardFile(file, at, errors);
      claim(asText(file["path"]), asText(file["path"]));
    }
  }
  if (name === "serviceAccountToken") validateToken(part, { at, field }, errors);
}

function validateToken(
  token: JsonObject,
  { at, field }: { at: string; field: string },
  errors: FieldErrors,
): void {
  const seconds = numberAt(token, "expirationSeconds");
  const at10 = `${at}.expirationSeconds`;
  if (seconds < MIN_TOKEN_SECONDS)
    errors.invalid(at10, seconds, "may not specify a duration less than 10 minutes");
  if (seconds > 2 ** 32) errors.invalid(at10, seconds, "may not specify a duration larger than 2^32 seconds");
  const path = asText(token["path"]);
  if (path === "") errors.required(`${field}.path`);
  else validateFilePath(path, `${field}.path`, errors);
}
