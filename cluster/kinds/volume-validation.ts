import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import { compareQuantities, isQuantity } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsLabel } from "../validation/names.js";
import { validateDescendingPath, validateNoBacksteps } from "./path-rules.js";
import { validateProjection } from "./projection-validation.js";
import { validateClaimSpec } from "./storage-validation.js";
import { validateDownwardFile, validateKeyToPath, validateMode } from "./volume-file-validation.js";

/** The order in which the API looks at the sources of a volume: what comes after the first is one too many. */
const VOLUME_SOURCES = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "secret",
  "nfs",
  "iscsi",
  "glusterfs",
  "persistentVolumeClaim",
  "rbd",
  "cinder",
  "cephfs",
  "flocker",
  "downwardAPI",
  "fc",
  "azureFile",
  "configMap",
  "vsphereVolume",
  "quobyte",
  "azureDisk",
  "storageos",
  "projected",
  "portworxVolume",
  "scaleIO",
  "csi",
  "ephemeral",
  "image",
  "photonPersistentDisk",
  "flexVolume",
];
type SourceRule = (source: JsonObject, field: string, errors: FieldErrors) => void;

const SOURCE_RULES: Record<string, SourceRule> = {
  emptyDir(source, field, errors) {
    const { sizeLimit } = source;
    if (isQuantity(sizeLimit) && compareQuantities(asText(sizeLimit), "0") < 0)
      errors.forbidden(`${field}.sizeLimit`, "SizeLimit field must be a valid resource quantity");
  },
  hostPath: (source, field, errors) => validateNoBacksteps(asText(source["path"]), `${field}.path`, errors),
  gitRepo: (source, field, errors) =>
    validateDescendingPath(asText(source["directory"]), `${field}.directory`, errors),
  secret: (source, field, errors) => validateFiles(source, { field, naming: "secretName" }, errors),
  configMap: (source, field, errors) => validateFiles(source, { field, naming: "name" }, errors),
  nfs(source, field, errors) {
    const path = asText(source["path"]);
    if (!path.startsWith("/")) errors.invalid(`${field}.path`, path, "must be an absolute path");
  },
  downwardAPI(source, field, errors) {
    validateMode(source["defaultMode"], `${field}.defaultMode`, errors);
    for (const file of recordsAt(source, "items")) validateDownwardFile(file, field, errors);
  },
  projected(source, field, errors) {
    validateMode(source["defaultMode"], `${field}.defaultMode`, errors);
    validateProjection(source, field, errors);
  },
  ephemeral(source, field, errors) {
    const template = recordAt(source, "volumeClaimTemplate");
    if (template === undefined) return errors.required(`${field}.volumeClaimTemplate`);
    validateClaimSpec(recordAt(template, "spec") ?? {}, `${field}.volumeClaimTemplate.spec`, errors);
  },
  image(source, field, errors) {
    if (asText(source["reference"]) === "") errors.required(`${field}.reference`);
  },
};

/** Adds what is wrong with the volumes of a pod spec at `path`; returns the names of those that are right. */
export function validateVolumes(spec: JsonObject, path: string, errors: FieldErrors): Set<string> {
  const names = new Set<string>();
  recordsAt(spec, "volumes").forEach((volume, i) => {
    const field = `${path}.volumes[${i}]`;
    // What the schema found is told already.
    const isKnownWrong = errors.list.some((error) => error.field.startsWith(`${field}.`));
    const before = errors.list.length;
    validateSource(volume, field, errors);
    const name = asText(volume["name"]);
    if (name !== "") for (const text of dnsLabel(name)) errors.invalid(`${field}.name`, name, text);
    if (names.has(name)) errors.duplicate(`${field}.name`, name);
    if (!isKnownWrong && errors.list.length === before) names.add(name);
  });
  return names;
}

function validateSource(volume: JsonObject, field: string, errors: FieldErrors): void {
  const [first, ...others] = VOLUME_SOURCES.filter((source) => isRecord(volume[source]));
  if (first === undefined) return;
  SOURCE_RULES[first]?.(recordAt(volume, first) ?? {}, `${field}.${first}`, errors);
  for (const source of others)
    errors.forbidden(`${field}.${source}`, "may not specify more than 1 volume type");
}

function validateFiles(
  source: JsonObject,
  { field, naming }: { field: string; naming: string },
  errors: FieldErrors,
): void {
  if (asText(source[naming]) === "") errors.required(`${field}.${naming}`);
  validateMode(source["defaultMode"], `${field}.defaultMode`, errors);
  recordsAt(source, "items").forEach((item, i) => validateKeyToPath(item, `${field}.items[${i}]`, errors));
}
