import type { ObjectMeta } from "../api/object.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { FieldErrors } from "./field-errors.js";
import type { NameRule } from "./names.js";
import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, pathSegment, qualifiedName } from "./names.js";

/** Bytes all annotations of an object may take together. */
const MAX_ANNOTATIONS_BYTES = 256 * 1024;

const STANDARD_FINALIZERS = ["kubernetes", "orphan", "foregroundDeletion"];

const anyName: NameRule = () => [];

const NAME_RULES: Record<string, NameRule> = {
  "/Namespace": dnsLabel,
  "/Service": dns1035Label,
  "apiregistration.k8s.io/APIService": pathSegment,
  "certificates.k8s.io/CertificateSigningRequest": anyName,
  "rbac.authorization.k8s.io/Role": pathSegment,
  "rbac.authorization.k8s.io/RoleBinding": pathSegment,
  "rbac.authorization.k8s.io/ClusterRole": pathSegment,
  "rbac.authorization.k8s.io/ClusterRoleBinding": pathSegment,
};

/** Adds what is wrong with the metadata of an object of `type`. */
export function validateMetadata(type: ResourceType, metadata: ObjectMeta, errors: FieldErrors): void {
  const { name = "", generateName, namespace } = metadata;
  if (name === "") errors.required("metadata.name", "name or generateName is required");
  else {
    const rule = NAME_RULES[`${type.group}/${type.kind}`] ?? dnsSubdomain;
    const field =
      generateName !== undefined && name.startsWith(generateName) ? "metadata.generateName" : "metadata.name";
    for (const text of rule(name))
      errors.invalid(field, field === "metadata.name" ? name : generateName, text);
  }
  if (type.namespaced && (namespace === undefined || namespace === "")) errors.required("metadata.namespace");
  validateLabels(metadata.labels, "metadata.labels", errors);
  validateAnnotations(metadata.annotations, errors);
  validateReferences(metadata, errors);
  validateFinalizers(type, metadata, errors);
}

/** Adds what a change of metadata may not do. */
export function validateMetadataUpdate(metadata: ObjectMeta, old: ObjectMeta, errors: FieldErrors): void {
  if (old.deletionTimestamp === undefined) return;
  const added = (metadata.finalizers ?? []).filter((name) => !(old.finalizers ?? []).includes(name));
  if (added.length === 0) return;
  const list = added.map((name) => JSON.stringify(name)).join(", ");
  errors.forbidden(
    "metadata.finalizers",
    `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
  );
}

export function validateLabels(
  labels: Record<string, string> | undefined,
  field: string,
  errors: FieldErrors,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const text of qualifiedName(key)) errors.invalid(field, key, text);
    for (const text of labelValue(value)) errors.invalid(field, value, text);
  }
}

function validateAnnotations(annotations: Record<string, string> | undefined, errors: FieldErrors): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const text of qualifiedName(key.toLowerCase())) errors.invalid("metadata.annotations", key, text);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) {
    errors.tooLong("metadata.annotations", `may not be more than ${MAX_ANNOTATIONS_BYTES} bytes`);
  }
}

function validateReferences({ ownerReferences }: ObjectMeta, errors: FieldErrors): void {
  const controllers = (ownerReferences ?? []).filter(({ controller }) => controller === true);
  if (controllers.length > 1) {
    errors.invalid(
      "metadata.ownerReferences",
      ownerReferences,
      `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]?.name ?? ""} and ${controllers[1]?.name ?? ""}`,
    );
  }
  // A real API server does not say which of them it is either.
  for (const reference of ownerReferences ?? []) {
    for (const key of ["apiVersion", "kind", "name", "uid"] as const) {
      if (!reference[key])
        errors.invalid(`metadata.ownerReferences.${key}`, reference[key] ?? "", "must not be empty");
    }
  }
}

/** Kinds of Kubernetes itself ask for more of a finalizer than definitions and what they define. */
function validateFinalizers(type: ResourceType, { finalizers = [] }: ObjectMeta, errors: FieldErrors): void {
  const isStrict = type.custom === undefined && type.group !== "apiextensions.k8s.io";
  finalizers.forEach((name, i) => {
    const problems = qualifiedName(name);
    for (const text of problems) errors.invalid("metadata.finalizers", name, text);
    if (!isStrict || problems.length > 0 || name.includes("/")) return;
    if (STANDARD_FINALIZERS.includes(name)) return;
    const why = "name is neither a standard finalizer name nor is it fully qualified";
    errors.invalid(`metadata.finalizers[${i}]`, name, why);
  });
}
