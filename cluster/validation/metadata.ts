import type { ObjectMeta } from "../api/object.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { FieldErrors } from "./field-errors.js";
import type { NameRule } from "./names.js";
import { dns1035Label, dnsLabel, dnsSubdomain, labelValue, pathSegment, qualifiedName } from "./names.js";

/** Bytes all annotations of an object may take together. */
const MAX_ANNOTATIONS_BYTES = 256 * 1024;

/** Names that are finalizers without a domain. */
export const STANDARD_FINALIZERS = ["kubernetes", "orphan", "foregroundDeletion"];

const anyName: NameRule = () => [];

const NAME_RULES: Record<string, NameRule> = {
  "/Namespace": dnsLabel,
  "/Service": dns1035Label,
  "apps/StatefulSet": dnsLabel,
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
  validateAnnotations(metadata.annotations, "metadata.annotations", errors);
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

export function validateAnnotations(
  annotations: Record<string, string> | undefined,
  field: string,
  errors: FieldErrors,
): void {
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const text of qualifiedName(key.toLowerCase())) errors.invalid(field, key, text);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) {
    errors.tooLong(field, `may not be more than ${MAX_ANNOTATIONS_BYTES} bytes`);
  }
}

function validateReferences({ ownerReferences }: ObjectMeta, errors: FieldErrors): void {
  const controllers = (ownerReferences ?? []).filter(({ controller }) => controller === true);
  if (controllers.length > 1) {
    errors.invalid(
      "metadata.ownerReferences",
      ownerReferences?.map(goReference),
      `Only one reference can have Controller set to true. Found "true" in references for ${controllers
        .slice(0, 2)
        .map(({ kind, name }) => `${kind}/${name}`)
        .join(" and ")}`,
    );
  }
  // A real API server does not say which of them it is either.
  for (const reference of ownerReferences ?? []) {
    if (reference.apiVersion === "v1" && reference.kind === "Event")
      errors.invalid(
        "metadata.ownerReferences",
        goReference(reference),
        "/v1, Kind=Event is disallowed from being an owner",
      );
    for (const key of ["apiVersion", "kind", "name", "uid"] as const) {
      if (!reference[key])
        errors.invalid(`metadata.ownerReferences.${key}`, reference[key] ?? "", "must not be empty");
    }
  }
}

type OwnerReference = NonNullable<ObjectMeta["ownerReferences"]>[number];

/** A reference with its fields in the order Go prints them. */
function goReference({ apiVersion, kind, name, uid, controller, ...more }: OwnerReference): object {
  return { apiVersion, kind, name, uid, ...(controller !== undefined && { controller }), ...more };
}

/** What is wrong with a finalizer that is nobody's. */
export const NOT_QUALIFIED = "name is neither a standard finalizer name nor is it fully qualified";

/** Kinds of Kubernetes itself ask for more of a finalizer than definitions and what they define. */
function validateFinalizers(type: ResourceType, { finalizers = [] }: ObjectMeta, errors: FieldErrors): void {
  const isStrict = type.custom === undefined && type.group !== "apiextensions.k8s.io";
  finalizers.forEach((name, i) => {
    for (const text of qualifiedName(name)) errors.invalid("metadata.finalizers", name, text);
    if (!isStrict || name.split("/").length > 1) return;
    if (STANDARD_FINALIZERS.includes(name)) return;
    errors.invalid(`metadata.finalizers[${i}]`, name, NOT_QUALIFIED);
  });
}
