import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { isRecord, recordAt, recordsAt, setDefault } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { apiServiceStrategy } from "./api-service-strategy.js";
import { signingRequestStrategy } from "./signing-request-strategy.js";
import { validateIngress, validateIngressClass, validateNetworkPolicy } from "./network-validation.js";
import { validateEndpointSlice } from "./endpoint-validation.js";
import { setAutoscalerDefaults } from "./autoscaler-defaults.js";
import { validateAutoscaler } from "./autoscaler-validation.js";
import { validateDisruptionBudget, validateLease, validatePriorityClass } from "./policy-validation.js";
import { RBAC_GROUP, validateBinding, validateRules } from "./rbac-validation.js";
import { validateRuntimeClass } from "./runtime-class-validation.js";
import { validateWebhooks } from "./webhook-validation.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateDriver } from "./driver-validation.js";
import { validateStorageClass, validateStorageClassUpdate } from "./storage-validation.js";
import { notNegative } from "./number-rules.js";
import type { KindStrategy } from "./strategy.js";
import { unchanged } from "./unchanged.js";

const binding: KindStrategy = {
  validate: validateBinding,
  setDefaults: bindingDefaults,
  validateUpdate: (object, old, errors) => {
    if (isDeepStrictEqual(object["roleRef"], old["roleRef"])) return;
    const { apiGroup, kind, name } = recordAt(object, "roleRef") ?? {};
    errors.invalid("roleRef", { APIGroup: apiGroup, Kind: kind, Name: name }, "cannot change roleRef");
  },
};

const webhooks: KindStrategy = {
  hasGeneration: true,
  setDefaults: (object) => {
    for (const webhook of recordsAt(object, "webhooks")) {
      setDefault(webhook, "failurePolicy", "Fail");
      setDefault(webhook, "timeoutSeconds", 10);
      matchDefaults(webhook);
      for (const rule of recordsAt(webhook, "rules")) setDefault(rule, "scope", "*");
      const service = recordAt(webhook, "clientConfig.service");
      if (service !== undefined) setDefault(service, "port", 443);
      if (object.kind === "MutatingWebhookConfiguration") setDefault(webhook, "reinvocationPolicy", "Never");
    }
  },
  validate: validateWebhooks,
};

function validateRevision({ revision, data }: ApiObject, errors: FieldErrors): void {
  notNegative(revision, "revision", errors);
  if (data === undefined || data === null) errors.required("data", "data is mandatory");
  else if (!isRecord(data)) errors.required("data", "data must be a valid JSON object");
}

/** Kinds of the smaller groups. */
export const otherStrategies: Record<string, KindStrategy> = {
  [`${RBAC_GROUP}/Role`]: { setDefaults: rulesDefault, validate: validateRules },
  [`${RBAC_GROUP}/ClusterRole`]: { setDefaults: rulesDefault, validate: validateRules },
  [`${RBAC_GROUP}/RoleBinding`]: binding,
  [`${RBAC_GROUP}/ClusterRoleBinding`]: binding,
  "networking.k8s.io/NetworkPolicy": {
    hasGeneration: true,
    setDefaults: networkPolicyDefaults,
    validate: validateNetworkPolicy,
  },
  "networking.k8s.io/Ingress": {
    hasGeneration: true,
    prepareCreate: (ingress) => (ingress["status"] = { loadBalancer: {} }),
    validate: validateIngress,
  },
  "networking.k8s.io/IngressClass": {
    hasGeneration: true,
    validate: validateIngressClass,
    validateUpdate: (object, old, errors) => unchanged(object, old, "spec.controller", errors),
  },
  "policy/PodDisruptionBudget": { hasGeneration: true, validate: validateDisruptionBudget },
  "coordination.k8s.io/Lease": { validate: validateLease },
  "storage.k8s.io/CSIDriver": { hasGeneration: true, validate: validateDriver },
  "apps/ControllerRevision": { validate: validateRevision },
  "discovery.k8s.io/EndpointSlice": {
    hasGeneration: true,
    setDefaults: (object) => {
      for (const port of recordsAt(object, "ports")) {
        setDefault(port, "name", "");
        setDefault(port, "protocol", "TCP");
      }
    },
    validate: validateEndpointSlice,
    validateUpdate: (object, old, errors) => unchanged(object, old, "addressType", errors),
  },
  "autoscaling/HorizontalPodAutoscaler": {
    setDefaults: setAutoscalerDefaults,
    validate: validateAutoscaler,
  },
  "apiregistration.k8s.io/APIService": apiServiceStrategy,
  "certificates.k8s.io/CertificateSigningRequest": signingRequestStrategy,
  "storage.k8s.io/StorageClass": {
    setDefaults: (object) => {
      setDefault(object, "reclaimPolicy", "Delete");
      setDefault(object, "volumeBindingMode", "Immediate");
    },
    validate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
  },
  "node.k8s.io/RuntimeClass": {
    validate: validateRuntimeClass,
    validateUpdate: (object, old, errors) => unchanged(object, old, "handler", errors),
  },
  "scheduling.k8s.io/PriorityClass": {
    hasGeneration: true,
    setDefaults: (object) => setDefault(object, "preemptionPolicy", "PreemptLowerPriority"),
    validate: validatePriorityClass,
    validateUpdate: (object, old, errors) => {
      if (object["value"] !== old["value"]) errors.forbidden("value", "may not be changed in an update.");
      unchanged(object, old, "preemptionPolicy", errors);
    },
  },
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": webhooks,
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": webhooks,
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy": {
    hasGeneration: true,
    setDefaults: (object) => {
      setDefault(object["spec"], "failurePolicy", "Fail");
      matchDefaults(recordAt(object, "spec.matchConstraints"));
    },
  },
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": {
    hasGeneration: true,
    setDefaults: (object) => matchDefaults(recordAt(object, "spec.matchResources")),
  },
};

function bindingDefaults(object: ApiObject): void {
  const roleRef = recordAt(object, "roleRef");
  if (roleRef !== undefined && !roleRef["apiGroup"]) roleRef["apiGroup"] = RBAC_GROUP;
  for (const subject of recordsAt(object, "subjects")) {
    const isPerson = subject["kind"] === "User" || subject["kind"] === "Group";
    if (isPerson) setDefault(subject, "apiGroup", RBAC_GROUP);
  }
}

/** Go writes an absent list of rules as null. */
function rulesDefault(object: ApiObject): void {
  if (object["rules"] === undefined) object["rules"] = null;
}

function networkPolicyDefaults(object: ApiObject): void {
  const spec = object["spec"];
  if (!isRecord(spec)) return;
  const hasEgress = recordsAt(spec, "egress").length > 0;
  spec["policyTypes"] ??= hasEgress ? ["Ingress", "Egress"] : ["Ingress"];
  for (const rule of [...recordsAt(spec, "ingress"), ...recordsAt(spec, "egress")]) {
    for (const port of recordsAt(rule, "ports")) setDefault(port, "protocol", "TCP");
  }
}

function matchDefaults(match: JsonObject | undefined): void {
  if (match === undefined) return;
  setDefault(match, "matchPolicy", "Equivalent");
  setDefault(match, "namespaceSelector", {});
  setDefault(match, "objectSelector", {});
  for (const list of ["resourceRules", "excludeResourceRules"]) {
    for (const rule of recordsAt(match, list)) setDefault(rule, "scope", "*");
  }
}
