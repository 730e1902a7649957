import { isDeepStrictEqual } from "node:util";
import { asText, isRecord, recordAt, recordsAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { prepareNewPod, validateNewPod, validatePod, validatePodUpdate } from "./pod-strategy.js";
import { validateEvent } from "./event-validation.js";
import { setPodDefaults, setPodSpecDefaults } from "./pod-defaults.js";
import { validateEndpoints } from "./endpoint-validation.js";
import { validateLimitRange } from "./limit-range-validation.js";
import { validateNamespace } from "./namespace-validation.js";
import { validateNode } from "./node-validation.js";
import { validateQuota } from "./quota-validation.js";
import { validateConfigMap, validateSecret } from "./configuration-validation.js";
import { allocateService, keepServiceAddresses, serviceDefaults } from "./service-strategy.js";
import { validateAllocation } from "./service-allocation.js";
import { validateService, validateServiceUpdate } from "./service-validation.js";
import { validateClaimUpdate } from "./claim-update.js";
import { validateClaimSpec, validateVolume, validateVolumeUpdate } from "./storage-validation.js";
import type { KindStrategy } from "./strategy.js";
import { validateTemplate } from "./template-validation.js";
import { unchanged } from "./unchanged.js";

const NAMESPACE_LABEL = "kubernetes.io/metadata.name";
/** The kinds of the core group. */
export const coreStrategies: Record<string, KindStrategy> = {
  "/Pod": {
    hasGeneration: true,
    prepareCreate: prepareNewPod,
    setDefaults: (pod) => {
      const spec = recordAt(pod, "spec");
      if (spec === undefined) return;
      setPodSpecDefaults(spec);
      setPodDefaults(spec);
    },
    validate: validatePod,
    validateCreate: validateNewPod,
    validateUpdate: validatePodUpdate,
  },
  "/Event": {
    // Times that are no pointers in Go and have text of their own are written even when they are none.
    setDefaults: (event) => {
      for (const field of ["eventTime", "firstTimestamp", "lastTimestamp"]) event[field] ??= null;
    },
    validate: validateEvent,
  },
  "/Namespace": {
    prepareCreate: prepareNewNamespace,
    prepareUpdate: keepFinalizers,
    setDefaults: labelNamespace,
    validate: validateNamespace,
  },
  "/Service": {
    prepareCreate: allocateService,
    prepareUpdate: keepServiceAddresses,
    setDefaults: serviceDefaults,
    validate: validateService,
    validateInCluster: validateAllocation,
    validateUpdate: validateServiceUpdate,
  },
  "/Secret": {
    setDefaults: secretDefaults,
    validate: validateSecret,
    validateUpdate: validateSecretUpdate,
  },
  "/ConfigMap": {
    validate: validateConfigMap,
    validateUpdate: validateImmutable,
  },
  "/PersistentVolumeClaim": {
    prepareCreate: (claim) => (claim["status"] = { phase: "Pending" }),
    setDefaults: (claim) => setSpecDefault(claim, "volumeMode", "Filesystem"),
    validate: (claim, errors) => validateClaimSpec(recordAt(claim, "spec") ?? {}, "spec", errors),
    validateUpdate: validateClaimUpdate,
  },
  "/PersistentVolume": {
    prepareCreate: (volume) => (volume["status"] = { phase: "Pending" }),
    setDefaults: (volume) => {
      setSpecDefault(volume, "volumeMode", "Filesystem");
      setSpecDefault(volume, "persistentVolumeReclaimPolicy", "Retain");
    },
    validate: validateVolume,
    validateUpdate: validateVolumeUpdate,
  },
  "/PodTemplate": {
    setDefaults: (object) => {
      const spec = recordAt(object, "template.spec");
      if (spec !== undefined) setPodSpecDefaults(spec);
    },
    validate: (object, errors) => validateTemplate(recordAt(object, "template"), "template", errors),
  },
  "/Node": { validate: validateNode },
  "/LimitRange": { setDefaults: limitRangeDefaults, validate: validateLimitRange },
  "/ResourceQuota": {
    validate: validateQuota,
    validateUpdate: (object, old, errors) => unchanged(object, old, "spec.scopes", errors),
  },
  "/Endpoints": {
    setDefaults: (object) => {
      for (const subset of recordsAt(object, "subsets"))
        for (const port of recordsAt(subset, "ports")) port["protocol"] ??= "TCP";
    },
    validate: validateEndpoints,
  },
};

function prepareNewNamespace(namespace: ApiObject): void {
  const given = valueAt(namespace, "spec.finalizers");
  const others = Array.isArray(given) ? (given as unknown[]).filter((name) => name !== "kubernetes") : [];
  namespace["spec"] = { finalizers: [...others, "kubernetes"] };
  namespace["status"] = { phase: "Active" };
}

function labelNamespace(namespace: ApiObject): void {
  const { metadata } = namespace;
  metadata.labels = { ...metadata.labels, [NAMESPACE_LABEL]: metadata.name ?? "" };
}

/** Only the finalize subresource may change what holds a namespace. */
function keepFinalizers(namespace: ApiObject, old: ApiObject): void {
  namespace["spec"] = { ...recordAt(old, "spec") };
}

function secretDefaults(secret: ApiObject): void {
  if (!secret["type"]) secret["type"] = "Opaque";
  const plain = recordAt(secret, "stringData");
  delete secret["stringData"];
  if (plain === undefined) return;
  const encoded = Object.entries(plain).map(([key, value]) => [
    key,
    Buffer.from(asText(value)).toString("base64"),
  ]);
  secret["data"] = {
    ...recordAt(secret, "data"),
    ...(Object.fromEntries(encoded) as Record<string, string>),
  };
}

function validateSecretUpdate(secret: ApiObject, old: ApiObject, errors: FieldErrors): void {
  unchanged(secret, old, "type", errors);
  validateImmutable(secret, old, errors);
}

function validateImmutable(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  if (old["immutable"] !== true) return;
  const why = "field is immutable when `immutable` is set";
  if (object["immutable"] !== true) errors.forbidden("immutable", why);
  for (const field of ["data", "binaryData"]) {
    if (!isDeepStrictEqual(object[field], old[field])) errors.forbidden(field, why);
  }
}

function setSpecDefault(object: ApiObject, field: string, value: unknown): void {
  const spec = object["spec"];
  if (isRecord(spec)) spec[field] ??= value;
}

/** For containers, limits default to maxima and requests to limits, then minima. */
function limitRangeDefaults(range: ApiObject): void {
  for (const item of recordsAt(range, "spec.limits")) {
    if (item["type"] !== "Container") continue;
    const merged = (...fields: string[]): Record<string, unknown> =>
      Object.assign({}, ...fields.map((field) => valueAt(item, field) ?? {})) as Record<string, unknown>;
    const limits = merged("max", "default");
    const requests = merged("min", "max", "default", "defaultRequest");
    if (Object.keys(limits).length > 0) item["default"] = limits;
    if (Object.keys(requests).length > 0) item["defaultRequest"] = requests;
  }
}
