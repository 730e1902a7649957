import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { compareQuantities, isQuantity } from "../schema/quantity.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsSubdomain } from "../validation/names.js";

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
  validateAccessModes(spec, path, { errors, missing: "at least 1 access mode is required" });
  const storage = recordAt(spec, "resources.requests")?.["storage"];
  if (storage === undefined) errors.required(`${path}.resources[storage]`);
  else validateSize(storage, `${path}.resources[storage]`, errors);
  validateClassName(spec, path, errors);
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
  const [first, ...others] = SOURCES.filter((source) => isRecord(spec[source]));
  for (const source of others) {
    errors.forbidden(`spec.${source}`, "may not specify more than 1 volume type");
  }
  if (first === undefined) errors.required("spec", "must specify a volume type");
  validateClassName(spec, "spec", errors);
}

export function validateStorageClass(object: ApiObject, errors: FieldErrors): void {
  if (textAt(object, "provisioner") === "") errors.required("provisioner");
  const policy = textAt(object, "reclaimPolicy", "Delete");
  if (policy !== "Delete" && policy !== "Retain")
    errors.unsupported("reclaimPolicy", policy, ["Delete", "Retain"]);
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
