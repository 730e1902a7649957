import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { compareQuantities, isQuantity } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsSubdomain, qualifiedName } from "../validation/names.js";
import { validateNoBacksteps } from "./path-rules.js";
import { validateNodeTerm } from "./placement-validation.js";
import { validateLabelSelector } from "./selector-validation.js";
import { IMMUTABLE, unchanged } from "./unchanged.js";

const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
/** Fields of a PersistentVolume's spec that say where its bytes are, in the order the API looks at them. */
const SOURCES = [
  "hostPath",
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "glusterfs",
  "flocker",
  "nfs",
  "rbd",
  "quobyte",
  "cephfs",
  "iscsi",
  "cinder",
  "fc",
  "azureFile",
  "vsphereVolume",
  "photonPersistentDisk",
  "portworxVolume",
  "azureDisk",
  "scaleIO",
  "local",
  "storageos",
  "csi",
  "flexVolume",
];

/** Adds what is wrong with the spec of a claim at `path`. */
export function validateClaimSpec(spec: JsonObject, path: string, errors: FieldErrors): void {
  validateLabelSelector(spec["selector"], `${path}.selector`, errors);
  validateAccessModes(spec, path, { errors, missing: "at least 1 access mode is required" });
  const storage = recordAt(spec, "resources.requests")?.["storage"];
  if (storage === undefined) errors.required(`${path}.resources[storage]`);
  else validateSize(storage, `${path}.resources[storage]`, errors);
  validateClassName(spec, path, errors);
  const attributes = asText(spec["volumeAttributesClassName"]);
  for (const text of attributes === "" ? [] : dnsSubdomain(attributes))
    errors.invalid(`${path}.volumeAttributesClassName`, attributes, text);
}

export function validateVolume(object: ApiObject, errors: FieldErrors): void {
  const spec = recordAt(object, "spec") ?? {};
  validateAccessModes(spec, "spec", { errors, missing: "" });
  const capacity = recordAt(spec, "capacity");
  const names = Object.keys(capacity ?? {});
  if (names.length === 0) errors.required("spec.capacity");
  if (names.length !== 1 || names[0] !== "storage") {
    errors.unsupported("spec.capacity", capacity ?? null, ["storage"]);
  } else validateSize(capacity?.["storage"], "spec.capacity[storage]", errors);
  validateNodes(spec, errors);
  const [first, ...others] = SOURCES.filter((source) => isRecord(spec[source]));
  validateSource(spec, first, errors);
  for (const source of others) {
    errors.forbidden(`spec.${source}`, "may not specify more than 1 volume type");
  }
  if (first === undefined) errors.required("spec", "must specify a volume type");
  validateClassName(spec, "spec", errors);
}

function validateNodes(spec: JsonObject, errors: FieldErrors): void {
  const required = recordAt(spec, "nodeAffinity.required");
  if (required === undefined) return;
  const field = "spec.nodeAffinity.required.nodeSelectorTerms";
  const terms = recordsAt(required, "nodeSelectorTerms");
  if (terms.length === 0) errors.required(field, "must have at least one node selector term");
  terms.forEach((term, i) => validateNodeTerm(term, `${field}[${i}]`, errors));
}

function validateSource(spec: JsonObject, source: string | undefined, errors: FieldErrors): void {
  const path = textAt(spec, `${source ?? ""}.path`);
  if (source === "hostPath" || source === "local") validateNoBacksteps(path, `spec.${source}.path`, errors);
  if (source === "nfs" && !path.startsWith("/"))
    errors.invalid("spec.nfs.path", path, "must be an absolute path");
  if (source === "local" && recordAt(spec, "nodeAffinity.required") === undefined)
    errors.required("spec.nodeAffinity", "Local volume requires node affinity");
  const isRecycled = spec["persistentVolumeReclaimPolicy"] === "Recycle";
  if (source === "hostPath" && isRecycled && path === "/") {
    const why = "may not be 'recycle' for a hostPath mount of '/'";
    errors.forbidden("spec.persistentVolumeReclaimPolicy", why);
  }
}

export function validateStorageClass(object: ApiObject, errors: FieldErrors): void {
  const provisioner = textAt(object, "provisioner");
  if (provisioner === "") errors.required("provisioner");
  else
    for (const text of qualifiedName(provisioner.toLowerCase()))
      errors.invalid("provisioner", provisioner.toLowerCase(), text);
  for (const key of Object.keys(recordAt(object, "parameters") ?? {}))
    if (key === "") errors.invalid("parameters", key, "field can not be empty.");
  recordsAt(object, "allowedTopologies").forEach((term, i) =>
    recordsAt(term, "matchLabelExpressions").forEach(({ values }, j) => {
      if (Array.isArray(values) && values.length > 0) return;
      errors.required(`allowedTopologies[${i}].matchLabelExpressions[${j}].values`);
    }),
  );
  const policy = textAt(object, "reclaimPolicy", "Delete");
  if (policy !== "Delete" && policy !== "Retain")
    errors.unsupported("reclaimPolicy", policy, ["Delete", "Retain"]);
}

export function validateStorageClassUpdate(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  for (const field of ["parameters", "provisioner", "reclaimPolicy"])
    if (!isDeepStrictEqual(object[field], old[field]))
      errors.forbidden(field, `updates to ${field} are forbidden.`);
  unchanged(object, old, "volumeBindingMode", errors);
}

function sourcesOf(volume: ApiObject): unknown[] {
  return SOURCES.map((source) => recordAt(volume, `spec.${source}`) ?? null);
}

/** What a volume is made of and how it is used does not change. */
export function validateVolumeUpdate(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  if (!isDeepStrictEqual(sourcesOf(object), sourcesOf(old))) {
    const field = "spec.persistentvolumesource";
    errors.forbidden(field, `${field} is immutable after creation`);
  }
  const [mode, before] = [object, old].map((volume) => textAt(volume, "spec.volumeMode"));
  if (mode !== before) errors.invalid("volumeMode", mode, IMMUTABLE);
}

function validateAccessModes(
  spec: JsonObject,
  path: string,
  { errors, missing }: { errors: FieldErrors; missing: string },
): void {
  const modes = Array.isArray(spec["accessModes"]) ? spec["accessModes"] : [];
  if (modes.length === 0) errors.required(`${path}.accessModes`, missing);
  for (const mode of modes) {
    if (!ACCESS_MODES.includes(asText(mode))) errors.unsupported(`${path}.accessModes`, mode, ACCESS_MODES);
  }
  if (modes.length > 1 && modes.includes("ReadWriteOncePod")) {
    const why = "may not use ReadWriteOncePod with other access modes";
    errors.forbidden(`${path}.accessModes`, why);
  }
}

function validateSize(value: unknown, field: string, errors: FieldErrors): void {
  if (isQuantity(value) && compareQuantities(asText(value), "0") <= 0)
    errors.invalid(field, asText(value), "must be greater than zero");
}

function validateClassName(spec: JsonObject, path: string, errors: FieldErrors): void {
  const name = asText(spec["storageClassName"]);
  if (name === "") return;
  for (const text of dnsSubdomain(name)) errors.invalid(`${path}.storageClassName`, name, text);
}
