import { isDeepStrictEqual } from "node:util";
import { asText, isRecord, recordAt, recordsAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { prepareNewPod, validatePod, validatePodUpdate } from "./pod-strategy.js";
import { setPodDefaults, setPodSpecDefaults } from "./pod-defaults.js";
import {
  allocateService,
  keepServiceAddresses,
  serviceDefaults,
  validateService,
  validateServiceUpdate,
} from "./service-strategy.js";
import type { KindStrategy } from "./strategy.js";
import { unchanged } from "./workload-validation.js";

const NAMESPACE_LABEL = "kubernetes.io/metadata.name";
/** Keys a secret of a type must have. */
const REQUIRED_KEYS: Record<string, string[]> = {
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
};
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;

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
    validateUpdate: validatePodUpdate,
  },
  "/Event": {
    // Times that are no pointers in Go and have text of their own are written even when they are none.
    setDefaults: (event) => {
      for (const field of ["eventTime", "firstTimestamp", "lastTimestamp"]) event[field] ??= null;
    },
  },
  "/Namespace": {
    prepareCreate: prepareNewNamespace,
    prepareUpdate: keepFinalizers,
    setDefaults: labelNamespace,
  },
  "/Service": {
    prepareCreate: allocateService,
    prepareUpdate: keepServiceAddresses,
    setDefaults: serviceDefaults,
    validate: validateService,
    validateUpdate: validateServiceUpdate,
  },
  "/Secret": {
    setDefaults: secretDefaults,
    validate: (secret, errors) => {
      validateKeys(secret, ["data"], errors);
      for (const key of requiredKeys(asText(secret["type"]))) {
        if (recordAt(secret, "data")?.[key] === undefined) errors.required(`data[${key}]`);
      }
    },
    validateUpdate: validateSecretUpdate,
  },
  "/ConfigMap": {
    validate: (map, errors) => validateKeys(map, ["data", "binaryData"], errors),
    validateUpdate: validateImmutable,
  },
  "/PersistentVolumeClaim": {
    prepareCreate: (claim) => (claim["status"] = { phase: "Pending" }),
    setDefaults: (claim) => setSpecDefault(claim, "volumeMode", "Filesystem"),
  },
  "/PersistentVolume": {
    prepareCreate: (volume) => (volume["status"] = { phase: "Pending" }),
    setDefaults: (volume) => {
      setSpecDefault(volume, "volumeMode", "Filesystem");
      setSpecDefault(volume, "persistentVolumeReclaimPolicy", "Retain");
    },
  },
  "/PodTemplate": {
    setDefaults: (object) => {
      const spec = recordAt(object, "template.spec");
      if (spec !== undefined) setPodSpecDefaults(spec);
    },
  },
  "/LimitRange": { setDefaults: limitRangeDefaults },
};

function requiredKeys(type: string): string[] {
  return Object.hasOwn(REQUIRED_KEYS, type) ? (REQUIRED_KEYS[type] ?? []) : [];
}

function prepareNewNamespace(namespace: ApiObject): void {
  namespace["spec"] = { finalizers: ["kubernetes"] };
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

function validateKeys(object: ApiObject, fields: string[], errors: FieldErrors): void {
  for (const field of fields) {
    for (const key of Object.keys(recordAt(object, field) ?? {})) {
      if (CONFIG_KEY.test(key) && key !== "." && !key.startsWith("..")) continue;
      errors.invalid(
        `${field}[${key}]`,
        key,
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      );
    }
  }
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
